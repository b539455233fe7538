package checkin

import (
	"context"
	"time"
)

// PutTemp keeps a short-lived record.
func (e *Engine) PutTemp(ctx context.Context, kind, id string, data []byte, until time.Time) error {
	_, err := do(ctx, e, func(t *tx) (nothing, error) {
		t.expireTemps()
		r := TempRecord{Data: data, Until: until}
		t.temps[kind+"/"+id] = r
		t.write(TempTable, "", kind+"/"+id, r)
		return nothing{}, nil
	})
	return err
}

// Temp reads one.
func (e *Engine) Temp(ctx context.Context, kind, id string) ([]byte, error) {
	if err := e.Ping(ctx); err != nil {
		return nil, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	r, ok := e.temps[kind+"/"+id]
	if !ok || !e.now().Before(r.Until) {
		return nil, ErrNoTemp
	}
	return r.Data, nil
}

// TakeTemp reads one and removes it.
func (e *Engine) TakeTemp(ctx context.Context, kind, id string) ([]byte, error) {
	return do(ctx, e, func(t *tx) ([]byte, error) {
		r, ok := t.temps[kind+"/"+id]
		if !ok || !t.now().Before(r.Until) {
			return nil, ErrNoTemp
		}
		t.dropTemp(kind + "/" + id)
		return r.Data, nil
	})
}

// DropTemp removes one if it is there.
func (e *Engine) DropTemp(ctx context.Context, kind, id string) error {
	_, err := do(ctx, e, func(t *tx) (nothing, error) {
		if _, ok := t.temps[kind+"/"+id]; ok {
			t.dropTemp(kind + "/" + id)
		}
		return nothing{}, nil
	})
	return err
}

func (t *tx) dropTemp(key string) {
	delete(t.temps, key)
	t.write(TempTable, "", key, nil)
}

// expireTemps removes a few that are over, so that they never pile up.
func (t *tx) expireTemps() {
	looked := 0
	for key, r := range t.temps {
		if !t.now().Before(r.Until) {
			t.dropTemp(key)
		}
		if looked++; looked == 16 {
			return
		}
	}
}
