package redisstore

import (
	"context"
	"testing"

	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
	"lanyard/checkin/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	n := redistest.Start(t)
	storetest.Run(t, func(t *testing.T) checkin.Store {
		n.Clear()
		return open(t, n.URL(), Options{})
	})
}

func TestStoreOnCluster(t *testing.T) {
	t.Parallel()
	nodes := redistest.StartCluster(t, 3)
	storetest.Run(t, func(t *testing.T) checkin.Store {
		nodes.Clear()
		return open(t, nodes.URL(), Options{})
	})
}

// FuzzStore makes of any bytes a day at the gates, which Redis and the embedded
// store's engine must decide alike.
func FuzzStore(f *testing.F) {
	s := open(f, redistest.Start(f).URL(), Options{})
	f.Cleanup(func() { s.Close() })
	storetest.Fuzz(f, s)
}

// open opens a store; the caller closes it.
func open(t testing.TB, url string, o Options) *Store {
	t.Helper()
	s, err := Open(context.Background(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
