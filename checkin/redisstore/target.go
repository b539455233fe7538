package redisstore

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// target is a parsed URL: exactly one of its fields is set.
type target struct {
	single   *redis.Options
	failover *redis.FailoverOptions
	cluster  *redis.ClusterOptions
}

func parseURL(raw string) (t target, err error) {
	scheme, rest, ok := strings.Cut(raw, "://")
	base, kind, _ := strings.Cut(scheme, "+")
	if !ok || base != "redis" && base != "rediss" && (base != "unix" || kind != "") {
		return t, fmt.Errorf("redis: the URL must begin with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://")
	}
	hosts, path, query := rest, "", ""
	if i := strings.IndexByte(rest, '?'); i >= 0 {
		hosts, query = rest[:i], rest[i+1:]
	}
	if i := strings.IndexByte(hosts, '/'); i >= 0 && base != "unix" {
		hosts, path = hosts[:i], hosts[i+1:]
	}
	switch {
	case kind == "" && strings.Contains("&"+query, "&master_name="):
		kind = "sentinel"
	case kind == "" && strings.Contains("&"+query, "&addr="):
		kind = "cluster"
	case kind == "sentinel" && path != "":
		query, path = join(query, "master_name="+path), ""
	}
	first, more, _ := strings.Cut(hosts, ",")
	for h := range strings.SplitSeq(more, ",") {
		if h != "" {
			query = join(query, "addr="+h)
		}
	}
	plain := base + "://" + first + "/" + path
	if query != "" {
		plain += "?" + query
	}
	switch {
	case kind == "cluster":
		t.cluster, err = redis.ParseClusterURL(plain)
	case kind == "sentinel":
		if t.failover, err = redis.ParseFailoverURL(plain); err == nil && t.failover.MasterName == "" {
			err = errors.New("redis: the URL must end with the master's name, as in redis+sentinel://host:26379/main")
		}
	case kind != "":
		err = fmt.Errorf("redis: no such kind of URL as %s", scheme)
	case base == "unix":
		t.single, err = redis.ParseURL(raw)
	default:
		t.single, err = redis.ParseURL(plain)
	}
	return t, withoutSecrets(err)
}

func join(query, more string) string {
	if query == "" {
		return more
	}
	return query + "&" + more
}

// errNotURL says nothing of the URL: pieces of a password may be anywhere in one
// that can't be read.
var errNotURL = errors.New("redis: not a URL that can be read; characters such as / @ : % in a password must be escaped (%2F %40 %3A %25)")

// withoutSecrets drops the URL from an error.
func withoutSecrets(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return errNotURL
	}
	return err
}

// Connections of a client. A server that is gone is to be told soon: the gates
// decide by themselves then.
const (
	stepConns   = 64   // at once, to one server
	followConns = 4096 // each follower has one
	dialTimeout = 2 * time.Second
	readTimeout = 3 * time.Second // besides what the server itself may wait
)

// client connects to the target; patience is how long the server may make a
// command wait. Nothing is retried but where a cluster sends it elsewhere: a step
// that is sent twice would be answered as its own replay.
func (t target) client(patience time.Duration, follows bool) redis.UniversalClient {
	conns := stepConns
	if follows {
		conns = followConns
	}
	switch {
	case t.cluster != nil:
		o := *t.cluster
		o.MaxRetries, o.DialerRetries, o.PipelinePoolSize = -1, 1, -1
		o.PoolSize = max(o.PoolSize, conns)
		o.DialTimeout, o.ReadTimeout = cmp.Or(o.DialTimeout, dialTimeout), cmp.Or(o.ReadTimeout, readTimeout)+patience
		o.ContextTimeoutEnabled, o.DisableIdentity = true, true
		o.ReadOnly, o.RouteByLatency, o.RouteRandomly = false, false, false // replicas lag behind
		o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
		return redis.NewClusterClient(&o)
	case t.failover != nil:
		o := *t.failover
		o.MaxRetries, o.DialerRetries, o.PipelinePoolSize = -1, 1, -1
		o.PoolSize = max(o.PoolSize, conns)
		o.DialTimeout, o.ReadTimeout = cmp.Or(o.DialTimeout, dialTimeout), cmp.Or(o.ReadTimeout, readTimeout)+patience
		o.ContextTimeoutEnabled, o.DisableIdentity = true, true
		o.ReplicaOnly, o.RouteByLatency, o.RouteRandomly = false, false, false
		return redis.NewFailoverClient(&o)
	default:
		o := *t.single
		o.MaxRetries, o.DialerRetries, o.PipelinePoolSize = -1, 1, -1
		o.PoolSize = max(o.PoolSize, conns)
		o.DialTimeout, o.ReadTimeout = cmp.Or(o.DialTimeout, dialTimeout), cmp.Or(o.ReadTimeout, readTimeout)+patience
		o.ContextTimeoutEnabled, o.DisableIdentity = true, true
		o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
		return redis.NewClient(&o)
	}
}
