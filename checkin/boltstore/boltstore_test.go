package boltstore_test

import (
	"testing"

	"lanyard/checkin"
	"lanyard/checkin/boltstore"
	"lanyard/checkin/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) checkin.Store { return open(t, t.TempDir()) })
}

func open(t *testing.T, dir string) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(dir, boltstore.Options{FoldEvery: 50})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
