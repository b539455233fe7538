package crowd

import (
	"context"
	"path/filepath"

	"lanyard/cmd/internal/rig"
	"lanyard/cmd/lanyard-torture/part"
)

// Site is a server of a part's own with a hall on it.
type Site struct {
	Server *rig.Server
	Admin  *rig.Service // with an organizer's key
	Hall   *Hall
}

// Open starts a server of the part's binary that keeps its data in the part's
// folder, and builds a hall on it as Build does.
func Open(ctx context.Context, p part.Plan, serve rig.Serve, people, places int) (*Site, error) {
	serve.Binary, serve.Dir = p.Binary, filepath.Join(p.Dir, "data")
	server, err := rig.StartServer(ctx, serve)
	if err != nil {
		return nil, err
	}
	s := &Site{Server: server}
	if s.Admin, err = rig.NewService(server.Base, server.Key); err == nil {
		s.Hall, err = Build(ctx, s.Admin, people, places, p.Seed)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close stops the server.
func (s *Site) Close() { s.Server.Stop() }
