package checkin

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"lanyard/badge"
)

// AddCategory makes a category. Id, code and colour may be left out: *Invalid,
// ErrExists.
func (d *Desk) AddCategory(ctx context.Context, event string, by Stamp, k badge.Category) (badge.Category, error) {
	return add(ctx, d, event, by, k, func(c *Config, k *badge.Category) error {
		if err := room("categories", len(c.Categories), maxCategories); err != nil {
			return err
		}
		if err := settle(&k.Name, "name", c.Event.Locale); err != nil {
			return err
		}
		var err error
		if k.ID, err = settleID(k.ID, "category", k.Name, c.Category); err != nil {
			return err
		}
		if k.Code == "" {
			k.Code = freeCode(c, k.ID)
		}
		return checkCategory(c, k)
	})
}

// EditCategory changes one: ErrNoCategory, *Invalid, or what edit returns. The
// id stays, and the code does where an attendee has the category: it is signed
// into badges.
func (d *Desk) EditCategory(ctx context.Context, event, id string, by Stamp, edit func(*badge.Category) error) (badge.Category, error) {
	return change(ctx, d, event, id, by, (*Config).Category, ErrNoCategory, edit, func(c *Config, old badge.Category, k *badge.Category) error {
		if k.ID != id {
			return errFixedID
		}
		if k.Code != old.Code {
			if used, err := d.categoryUsed(ctx, event, id); err != nil {
				return err
			} else if used {
				return invalid("code", "The code can't be changed any more: there are attendees of this category.")
			}
		}
		if err := settle(&k.Name, "name", c.Event.Locale); err != nil {
			return err
		}
		return checkCategory(c, k)
	})
}

// DropCategory removes one: ErrNoCategory, ErrInUse while a venue names it or
// an attendee has it.
func (d *Desk) DropCategory(ctx context.Context, event, id string, by Stamp) error {
	return drop(ctx, d, event, id, by, (*Config).Category, ErrNoCategory, func(c *Config, k badge.Category) error {
		for _, v := range c.Venues {
			if slices.Contains(v.Categories, k.ID) {
				return ErrInUse
			}
		}
		used, err := d.categoryUsed(ctx, event, id)
		if used {
			return ErrInUse
		}
		return err
	})
}

func (d *Desk) categoryUsed(ctx context.Context, event, id string) (bool, error) {
	page, _, err := d.store.Attendees(ctx, event, badge.Query{Category: id, Limit: 1})
	return len(page) > 0, err
}

var (
	colorRE = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	// palette are the colours of categories that were given none, dark enough for
	// white words on them.
	palette = [...]string{"#0f5c63", "#7a3e9d", "#9a3412", "#1d4ed8", "#3f6212", "#9d174d", "#475569", "#854d0e"}
)

func checkCategory(c *Config, k *badge.Category) error {
	if k.Color == "" {
		k.Color = palette[len(c.Categories)%len(palette)]
	}
	if k.Color = strings.ToLower(k.Color); !colorRE.MatchString(k.Color) {
		return invalid("color", "The colour must be written as #rrggbb.")
	}
	if !badge.ValidCode(k.Code) {
		return invalid("code", "The code must be one to three of a-z and 0-9.")
	}
	if codeTaken(c, k.Code, k.ID) {
		return invalid("code", "Another category of the event has this code.")
	}
	return nil
}

func codeTaken(c *Config, code, but string) bool {
	return slices.ContainsFunc(c.Categories, func(k badge.Category) bool { return k.Code == code && k.ID != but })
}

// freeCode is the shortest beginning of the id that no other category has for
// a code, else its first letter with a number.
func freeCode(c *Config, id string) string {
	letters := strings.ReplaceAll(id, "-", "")
	for n := 1; n <= min(3, len(letters)); n++ {
		if code := letters[:n]; !codeTaken(c, code, "") {
			return code
		}
	}
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	for _, a := range digits {
		for _, b := range digits {
			if code := letters[:1] + string(a) + string(b); !codeTaken(c, code, "") {
				return code
			}
		}
	}
	return "" // 1,296 codes are more than an event has categories
}
