package redisstore

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Options of Open. The zero value demands no replicas.
type Options struct {
	// Replicas is how many of them must have a step before it is acknowledged.
	Replicas int
	// WaitTimeout bounds how long they may take; 0 means one second. A step that takes
	// longer is ErrUnavailable, though it has been written.
	WaitTimeout time.Duration
	Log         *slog.Logger
}

// Store is a checkin.Store in Redis.
type Store struct {
	client    redis.UniversalClient // *redis.Client or *redis.ClusterClient; never retries a command
	follower  redis.UniversalClient // for reads that block
	replicas  int
	wait      time.Duration
	log       *slog.Logger
	events    sync.Map // id -> *event
	operators sync.Map // key hash -> event id
	zones     sync.Map // name -> *time.Location

	ctx     context.Context // of what runs in the background
	stop    context.CancelFunc
	working sync.WaitGroup
	touched chan struct{}
}

// Open connects to Redis and fails if it doesn't answer. The URL is one of
//
//	redis://[user:password@]host:port[/db]    one server; rediss:// with TLS
//	unix://[user:password@]/path[?db=n]       the same by its socket
//	redis+cluster://host:port,host:port       a cluster; rediss+cluster:// with TLS
//	redis+sentinel://host:port,host:port/master[?db=n&username=u&password=p]
//	                                          sentinels; rediss+sentinel:// with TLS
//
// with the query parameters of go-redis' ParseURL, ParseClusterURL and
// ParseFailoverURL; a redis:// URL with addr or master_name among them means a
// cluster or sentinels as well. What stands before the @ of a sentinel URL is for the
// sentinels themselves.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.WaitTimeout <= 0 {
		o.WaitTimeout = time.Second
	}
	t, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	s := &Store{client: t.client(o.WaitTimeout, false), follower: t.client(o.WaitTimeout, true),
		replicas: o.Replicas, wait: o.WaitTimeout, log: o.Log, touched: make(chan struct{}, 1)}
	if err := s.Ping(ctx); err != nil {
		_ = s.closeClients() // the first failure counts
		return nil, err
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.working.Go(func() { s.chainAlong(s.ctx) })
	return s, nil
}

// Close ends what runs in the background and the connections.
func (s *Store) Close() error {
	s.stop()
	s.working.Wait()
	return s.closeClients()
}

func (s *Store) closeClients() error {
	err := s.client.Close()
	if err2 := s.follower.Close(); err == nil {
		err = err2
	}
	return err
}

// Ping tells whether every master answers.
func (s *Store) Ping(ctx context.Context) error {
	return s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error { return c.Ping(ctx).Err() })
}

// eachMaster calls f for every server that holds events.
func (s *Store) eachMaster(ctx context.Context, f func(context.Context, *redis.Client) error) error {
	switch c := s.client.(type) {
	case *redis.ClusterClient:
		return unavailable(c.ForEachMaster(ctx, f))
	case *redis.Client:
		return unavailable(f(ctx, c))
	}
	return fmt.Errorf("redis: no support for a %T", s.client)
}

// pageSize is about how many fields of a hash are read at a time: every gate
// waits meanwhile.
const pageSize = 1000

// each reads a hash through, in no order. What changes meanwhile may come as it
// was or as it is, and a field may come twice.
func (s *Store) each(ctx context.Context, key string, f func(field, value string) error) error {
	for cursor := uint64(0); ; {
		page, next, err := s.client.HScan(ctx, key, cursor, "", pageSize).Result()
		if err != nil {
			return unavailable(err)
		}
		for i := 0; i+1 < len(page); i += 2 {
			if err := f(page[i], page[i+1]); err != nil {
				return err
			}
		}
		if next == 0 {
			return nil
		}
		cursor = next
	}
}
