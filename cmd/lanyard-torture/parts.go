package main

import (
	"strings"

	"lanyard/cmd/lanyard-torture/attack"
	"lanyard/cmd/lanyard-torture/failover"
	"lanyard/cmd/lanyard-torture/linear"
	"lanyard/cmd/lanyard-torture/overload"
	"lanyard/cmd/lanyard-torture/part"
	"lanyard/cmd/lanyard-torture/powercut"
	"lanyard/cmd/lanyard-torture/simulation"
)

// parts are all of them, in the order in which they run. A name before the
// slash chooses all that begin with it.
var parts = []struct {
	name string
	run  part.Func
}{
	{"linearizability/proof", linear.Proof},
	{"linearizability/embedded", linear.On(linear.Embedded)},
	{"linearizability/redis", linear.On(linear.Redis)},
	{"linearizability/servers", linear.On(linear.Servers)},
	{"linearizability/cluster", linear.On(linear.Cluster)},
	{"powercut/embedded", powercut.On(powercut.Embedded)},
	{"powercut/redis", powercut.On(powercut.Redis)},
	{"failover/sentinel", failover.Sentinel},
	{"failover/cluster", failover.Cluster},
	{"simulate", simulation.Conferences},
	{"overload/scans", overload.Scans},
	{"overload/boards", overload.Boards},
	{"attack/embedded", attack.On(attack.Embedded)},
	{"attack/redis", attack.On(attack.Redis)},
}

// chosen tells whether a part's name is what somebody asked for: all of it,
// or what stands before the slash.
func chosen(name, asked string) bool {
	group, _, _ := strings.Cut(name, "/")
	return asked == "" || asked == name || asked == group
}
