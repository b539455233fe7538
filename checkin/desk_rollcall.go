package checkin

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// RollCallLife is how long a roll call that nobody works on is remembered.
	RollCallLife = 12 * time.Hour
	// sameAlarm is how long after its beginning somebody else's start joins a
	// roll call: at an alarm several people press the button.
	sameAlarm = 2 * time.Minute
	// maxCallers is how many devices may take part.
	maxCallers = 200
	// MaxMarks is how many marks a device may send at once.
	MaxMarks = 5000

	tempRollCall = "rollcall"
	tempMarks    = "rollmarks"
)

// Mark says that somebody was seen outside after an evacuation, or that saying
// so was a mistake. Of a badge's marks the latest holds, and of two at the same
// instant the one of the later device in byte order: marks may come in any
// order, late and repeatedly, and everybody ends with the same list.
type Mark struct {
	Badge  string    `json:"badge"`
	Safe   bool      `json:"safe"`
	At     time.Time `json:"at"`
	Device string    `json:"device"`
}

func (m Mark) after(o Mark) bool {
	return m.At.After(o.At) || m.At.Equal(o.At) && m.Device > o.Device
}

// RollCallTurn is what a device tells: its own marks of the roll call that it
// works on, or that it wants to begin one.
type RollCallTurn struct {
	Device string
	// Start begins a roll call, or joins one that has begun this moment.
	Start bool
	// Roll is the one that the device works on, "" to only look; Began is when
	// it began, for a server that has lost it.
	Roll  string
	Began time.Time
	Marks []Mark
	// Known is the Version of the device's last answer: while it is the same the
	// answer comes without marks.
	Known string
}

// RollCall is the event's roll call with everybody's marks. Roll is "" while
// there is none. A device whose Roll is another one has been left behind: its
// marks didn't count.
type RollCall struct {
	Roll    string     `json:"roll,omitempty"`
	Began   *time.Time `json:"began,omitempty"`
	Devices int        `json:"devices"`
	Version string     `json:"version"`
	Marks   []Mark     `json:"marks,omitempty"`
	At      time.Time  `json:"at"`
}

// rollCall is the record of the one under way. Each device's marks are a record
// of its own, so that no two devices write the same one. What remains is this
// list of devices: a process that overwrites another's change to it is put
// right by the forgotten device's next turn.
type rollCall struct {
	Roll    string    `json:"roll"`
	Began   time.Time `json:"began"`
	Devices []string  `json:"devices"`
}

// RollCall takes a device's turn. It keeps ids of badges only, for
// RollCallLife after the last turn. Invalid, ErrNoEvent.
func (d *Desk) RollCall(ctx context.Context, event string, turn RollCallTurn) (RollCall, error) {
	now := d.Now()
	if err := turn.check(now); err != nil {
		return RollCall{}, err
	}
	if _, err := d.store.Config(ctx, event); err != nil {
		return RollCall{}, err
	}
	d.rolls.Lock()
	defer d.rolls.Unlock()
	var current rollCall
	if err := d.temp(ctx, tempRollCall, event, &current); err != nil {
		return RollCall{}, err
	}
	switch {
	case turn.Start && (current.Roll == "" || now.Sub(current.Began) >= sameAlarm):
		current = rollCall{Roll: randomText(12), Began: now}
	case current.Roll == "" && turn.Roll != "":
		current = rollCall{Roll: turn.Roll, Began: turn.Began}
	}
	if current.Roll == "" {
		return RollCall{Version: "0", At: now}, nil
	}
	if turn.Start || turn.Roll == current.Roll {
		if err := d.takeTurn(ctx, event, &current, turn, now); err != nil {
			return RollCall{}, err
		}
	}
	marks, err := d.allMarks(ctx, event, current)
	if err != nil {
		return RollCall{}, err
	}
	began := current.Began
	answer := RollCall{Roll: current.Roll, Began: &began, Devices: len(current.Devices), Version: version(marks), At: now}
	if turn.Known != answer.Version {
		answer.Marks = marks
	}
	return answer, nil
}

func (t *RollCallTurn) check(now time.Time) error {
	if !plainID(t.Device) {
		return invalid("device", "A device names itself by 8 to 64 letters and digits.")
	}
	if t.Roll != "" && !plainID(t.Roll) {
		return invalid("roll", "This isn't the id of a roll call.")
	}
	if t.Roll != "" && (t.Began.IsZero() || t.Began.After(now.Add(sameAlarm)) || now.Sub(t.Began) > 48*time.Hour) {
		return invalid("began", "When the roll call began is needed, at most two days ago.")
	}
	if len(t.Marks) > MaxMarks {
		return invalid("marks", "These are more than 5000 marks: send them in several turns.")
	}
	for i := range t.Marks {
		m := &t.Marks[i]
		if len(m.Badge) == 0 || len(m.Badge) > 32 || strings.Trim(m.Badge, idLetters) != "" {
			return invalid("marks["+strconv.Itoa(i)+"].badge", "This isn't the id of a badge.")
		}
		// A clock that runs ahead must not have the last word for ever.
		if m.At = m.At.UTC().Truncate(time.Millisecond); m.At.After(now) {
			m.At = now
		}
		m.Device = t.Device
	}
	return nil
}

const idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func plainID(s string) bool { return len(s) >= 8 && len(s) <= 64 && strings.Trim(s, idLetters) == "" }

// takeTurn puts the device's marks with those that it has told before.
func (d *Desk) takeTurn(ctx context.Context, event string, current *rollCall, turn RollCallTurn, now time.Time) error {
	if !slices.Contains(current.Devices, turn.Device) {
		if len(current.Devices) >= maxCallers {
			return invalid("device", "Too many devices take part in this roll call.")
		}
		current.Devices = append(current.Devices, turn.Device)
	}
	until := now.Add(RollCallLife)
	var own []Mark
	id := marksID(event, current.Roll, turn.Device)
	if err := d.temp(ctx, tempMarks, id, &own); err != nil {
		return err
	}
	if err := d.putTemp(ctx, tempMarks, id, latest(own, turn.Marks), until); err != nil {
		return err
	}
	return d.putTemp(ctx, tempRollCall, event, current, until)
}

func marksID(event, roll, device string) string { return event + ":" + roll + ":" + device }

func (d *Desk) allMarks(ctx context.Context, event string, current rollCall) ([]Mark, error) {
	var all []Mark
	for _, device := range current.Devices {
		var own []Mark
		if err := d.temp(ctx, tempMarks, marksID(event, current.Roll, device), &own); err != nil {
			return nil, err
		}
		all = append(all, own...)
	}
	return latest(all), nil
}

// latest is one mark for each badge, by badge.
func latest(lists ...[]Mark) []Mark {
	last := map[string]Mark{}
	for _, list := range lists {
		for _, m := range list {
			if old, ok := last[m.Badge]; !ok || m.after(old) {
				last[m.Badge] = m
			}
		}
	}
	out := make([]Mark, 0, len(last))
	for _, m := range last {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Mark) int { return strings.Compare(a.Badge, b.Badge) })
	return out
}

// version changes with the marks.
func version(marks []Mark) string {
	h := fnv.New64a()
	for _, m := range marks {
		h.Write([]byte(m.Badge + m.Device + strconv.FormatInt(m.At.UnixMilli(), 36) + strconv.FormatBool(m.Safe)))
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// temp reads a short-lived record into v, which stays as it is where there is none.
func (d *Desk) temp(ctx context.Context, kind, id string, v any) error {
	data, err := d.store.Temp(ctx, kind, id)
	if errors.Is(err, ErrNoTemp) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

func (d *Desk) putTemp(ctx context.Context, kind, id string, v any, until time.Time) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return d.store.PutTemp(ctx, kind, id, data, until)
}
