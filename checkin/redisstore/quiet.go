package redisstore

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// quiet keeps the client from writing to stderr by itself: whatever fails comes
// back as an error.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func init() { redis.SetLogger(quiet{}) }
