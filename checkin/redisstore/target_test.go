package redisstore

import (
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

func TestURLs(t *testing.T) {
	single := func(addr string, db int, user, password string, tls bool) func(*testing.T, target) {
		return func(t *testing.T, got target) {
			o := got.single
			if o == nil || o.Addr != addr || o.DB != db || o.Username != user || o.Password != password || (o.TLSConfig != nil) != tls {
				t.Errorf("got %+v", o)
			}
		}
	}
	sentinel := func(master string, db int, addrs ...string) func(*testing.T, target) {
		return func(t *testing.T, got target) {
			if o := got.failover; o == nil || o.MasterName != master || o.DB != db || !slices.Equal(o.SentinelAddrs, addrs) {
				t.Errorf("got %+v", o)
			}
		}
	}
	cluster := func(password string, tls bool, addrs ...string) func(*testing.T, target) {
		return func(t *testing.T, got target) {
			if o := got.cluster; o == nil || o.Password != password || (o.TLSConfig != nil) != tls || !slices.Equal(o.Addrs, addrs) {
				t.Errorf("got %+v", o)
			}
		}
	}
	for url, check := range map[string]func(*testing.T, target){
		"redis://db:7000": single("db:7000", 0, "", "", false),
		"redis://db/3":    single("db:6379", 3, "", "", false),
		"rediss://ann:s3%2Fcret@db:7000/1?dial_timeout=1s":       single("db:7000", 1, "ann", "s3/cret", true),
		"unix:///run/redis.sock?db=2":                            single("/run/redis.sock", 2, "", "", false),
		"redis+sentinel://a:26379,b:26379,c:26379/main?db=4":     sentinel("main", 4, "a:26379", "b:26379", "c:26379"),
		"redis://a:26379?master_name=main&addr=b:26379":          sentinel("main", 0, "a:26379", "b:26379"),
		"redis+cluster://a:1,b:2,c:3":                            cluster("", false, "a:1", "b:2", "c:3"),
		"rediss+cluster://:pw@a:1,b:2":                           cluster("pw", true, "a:1", "b:2"),
		"redis://a:1?addr=b:2&addr=c:3":                          cluster("", false, "a:1", "b:2", "c:3"),
		"redis+cluster://a:1,b:2?max_redirects=5&read_timeout=1": cluster("", false, "a:1", "b:2"),
	} {
		t.Run(url, func(t *testing.T) {
			got, err := parseURL(url)
			if err != nil {
				t.Fatal(err)
			}
			check(t, got)
			c := got.client(0, false)
			defer c.Close()
			var retries, pool int
			switch c := c.(type) {
			case *redis.Client:
				retries, pool = c.Options().MaxRetries, c.Options().PoolSize
			case *redis.ClusterClient:
				retries, pool = c.Options().MaxRetries, c.Options().PoolSize
			}
			if retries > 0 || pool < stepConns {
				t.Errorf("%d retries, %d connections", retries, pool)
			}
		})
	}
	for _, url := range []string{"", "db:6379", "http://db", "redis+ring://a:1", "redis://db/x", "redis+sentinel://a:1", "unix+cluster://a",
		"redis+cluster://a:1?nonsense=1", "redis://ann:s3cret@db:port", "redis://:s3cret/more@db", "redis://:more%s3cret@db"} {
		if _, err := parseURL(url); err == nil {
			t.Errorf("%q was taken", url)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}
