package api

import (
	"maps"

	"lanyard/badge"
	"lanyard/checkin"
)

// The same struct reads what creates a thing and what changes it. A change is
// a merge patch (RFC 7396): fields that aren't given stay, null puts a field
// back to nothing where there is such a thing.

// words is a localized text in a request.
type words struct {
	plain    bool
	text     string             // when plain
	byLocale map[string]*string // otherwise; nil removes a language
}

// set puts a field that can't be nothing.
func set[T any](to *T, from maybe[T], field string) error {
	if from.null {
		return &checkin.Invalid{Field: field, Message: "This can't be null."}
	}
	if from.given {
		*to = from.value
	}
	return nil
}

// reset puts a field that null empties.
func reset[T any](to *T, from maybe[T]) {
	if from.given || from.null {
		*to = from.value // the zero value for null
	}
}

// setText merges texts by locale. A plain string replaces them all: the desk
// puts it under the event's default locale.
func setText(to *badge.Text, from maybe[words], field string) error {
	switch {
	case from.null:
		return &checkin.Invalid{Field: field, Message: "This can't be null."}
	case !from.given:
		return nil
	case from.value.plain:
		*to = badge.Text{"": from.value.text}
		return nil
	}
	merged := maps.Clone(*to)
	if merged == nil {
		merged = badge.Text{}
	}
	for locale, s := range from.value.byLocale {
		if locale == "" {
			return &checkin.Invalid{Field: field, Message: "A locale can't be empty."}
		}
		if s == nil {
			delete(merged, locale)
		} else {
			merged[locale] = *s
		}
	}
	*to = merged
	return nil
}

// setID takes an id while a thing is made. Ids never change afterwards:
// repeating the one it has is fine.
func setID(to *string, from maybe[string], creating bool) error {
	switch {
	case creating:
		return set(to, from, "id")
	case from.null, from.given && from.value != *to:
		return &checkin.Invalid{Field: "id", Message: "An id can't be changed."}
	}
	return nil
}

// first is the first error that there is.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
