import { openSurface } from "../session/Staff";
import { Desk } from "./Desk";
import "./desk.css";
import { NewEvent } from "./setup/NewEvent";
import { deskSay } from "./words";

openSurface({
  title: (lang) => deskSay(lang)("desk.title"),
  roles: ["organizer", "desk"],
  show: (shift) => <Desk key={shift.event} {...shift} />,
  begin: (shift) => <NewEvent {...shift} />,
});
