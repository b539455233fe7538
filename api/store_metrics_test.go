package api

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"lanyard/checkin"
)

// Every operation of a store is measured under its own name, but for those
// whose callers say how long they take.
func TestEveryOperationIsMeasured(t *testing.T) {
	capital := regexp.MustCompile(`\B[A-Z]`)
	store := reflect.TypeFor[checkin.Store]()
	for i := range store.NumMethod() {
		method := store.Method(i)
		switch method.Name {
		case "Follow", "Backup", "Restore", "Close":
			continue
		}
		r := prometheus.NewRegistry()
		memory := checkin.NewMemory()
		measured, err := MeasureStore(memory, r)
		if err != nil {
			t.Fatal(err)
		}
		args := []reflect.Value{reflect.ValueOf(t.Context())}
		for k := 1; k < method.Type.NumIn(); k++ {
			args = append(args, reflect.Zero(method.Type.In(k)))
		}
		reflect.ValueOf(measured).MethodByName(method.Name).Call(args)
		memory.Close()
		var got []string
		families, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				if m.GetHistogram().GetSampleCount() > 0 {
					got = append(got, m.GetLabel()[0].GetValue())
				}
			}
		}
		want := strings.ToLower(capital.ReplaceAllString(method.Name, "_$0"))
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s is measured as %v, want %s", method.Name, got, want)
		}
	}
}
