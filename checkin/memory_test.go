package checkin_test

import (
	"testing"

	"lanyard/checkin"
	"lanyard/checkin/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) checkin.Store { return checkin.NewMemory() })
}
