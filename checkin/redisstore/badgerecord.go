package redisstore

import (
	"strings"
	"time"

	"lanyard/badge"
)

// A badge record is "status|category|valid until|valid from|attendee|code|link|
// key|issued at|ended at|digest": what a scan looks at comes first. Times are
// Unix milliseconds, nothing where there is none.
const badgeFields = 11

func formatOptional(t *time.Time) string {
	if t == nil {
		return ""
	}
	return formatTime(*t)
}

func (r *reader) optional(s string) *time.Time {
	if s == "" {
		return nil
	}
	t := r.time(s)
	return &t
}

// formatBadgeTail are the fields behind the attendee, as the issuing script
// takes them.
func formatBadgeTail(b *badge.Badge) string {
	return strings.Join([]string{escape(b.Code), escape(b.Link), escape(b.Key), formatTime(b.IssuedAt),
		formatOptional(b.EndedAt), escape(b.Digest)}, "|")
}

// formatBadge is what badge reads.
func formatBadge(b badge.Badge) string {
	return strings.Join([]string{string(b.Status), escape(b.Category), formatTime(b.ValidUntil), formatOptional(b.ValidFrom),
		escape(b.Attendee), formatBadgeTail(&b)}, "|")
}

// badge reads a badge record.
func (r *reader) badge(id, record string) badge.Badge {
	var f [badgeFields]string
	r.cut(record, "|", "badge", f[:])
	return badge.Badge{ID: id, Status: badge.Status(f[0]), Category: unescape(f[1]), ValidUntil: r.time(f[2]),
		ValidFrom: r.optional(f[3]), Attendee: unescape(f[4]), Code: unescape(f[5]), Link: unescape(f[6]), Key: unescape(f[7]),
		IssuedAt: r.time(f[8]), EndedAt: r.optional(f[9]), Digest: unescape(f[10])}
}
