import { openSurface } from "../session/Staff";
import { Desk } from "./Desk";
import "./desk.css";
import { hashOf, taskOf } from "./route";
import { NewEvent } from "./setup/NewEvent";
import { deskSay } from "./words";

openSurface({
  title: (lang) => deskSay(lang)("desk.title"),
  roles: ["organizer", "desk"],
  shared: taskOf,
  show: (shift) => <Desk key={shift.event} {...shift} />,
  begin: (shift) => (
    <NewEvent
      {...shift}
      onEvent={(event) => {
        location.hash = hashOf("setup"); // which says what comes next
        shift.onEvent(event);
      }}
    />
  ),
});
