package badge

import "strings"

// Categorizer finds an event's category by what people call it.
type Categorizer struct {
	list []Category
	by   map[string]int // index in list; -1 for a name that two categories share
}

// NewCategorizer knows the categories by id, code and every localized name. An
// id goes before a code and a code before a name; a name that two of them share
// names neither. Later changes to the list are not seen.
func NewCategorizer(list []Category) *Categorizer {
	c := &Categorizer{list: append([]Category(nil), list...), by: make(map[string]int)}
	for i, cat := range c.list {
		for _, name := range cat.Name {
			key := categoryKey(name)
			if j, ok := c.by[key]; ok && j != i {
				c.by[key] = -1
			} else {
				c.by[key] = i
			}
		}
	}
	for i, cat := range c.list {
		c.by[categoryKey(cat.Code)] = i
	}
	for i, cat := range c.list {
		c.by[categoryKey(cat.ID)] = i
	}
	delete(c.by, "")
	return c
}

// Find ignores case, width and surplus spaces. A nil Categorizer finds nothing.
func (c *Categorizer) Find(s string) (Category, bool) {
	if c == nil {
		return Category{}, false
	}
	i, ok := c.by[s] // ids are their own keys, and most rows have them
	if !ok {
		i, ok = c.by[categoryKey(s)]
	}
	if !ok || i < 0 {
		return Category{}, false
	}
	return c.list[i], true
}

func categoryKey(s string) string {
	return strings.ToLower(foldWidth(CleanText(s)))
}
