package rig

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Sentinels watch a primary with a replica, and put the replica in its place
// when it is silent for a second.
type Sentinels struct {
	*Redis    // the primary at first is node 0
	processes []*Process
	addrs     []string
}

// Replicas and sentinels come as the default user, clients as one of their
// own: so a primary can be cut off from the former while the latter reach it.
const (
	clientUser = "client"
	password   = "rig"
	masterName = "main"
)

// sentinelNodes are the primary and its only replica. With several replicas of
// which some need not acknowledge, sentinels may promote one of those while the
// primary still lives and has another: what it acknowledges then is lost.
const sentinelNodes = 2

// StartSentinels runs three of them, and the servers that they watch, with
// data under dir.
func StartSentinels(ctx context.Context, dir string) (*Sentinels, error) {
	s := &Sentinels{Redis: &Redis{auth: "AUTH " + clientUser + " " + password}}
	for i := range sentinelNodes {
		where := filepath.Join(dir, fmt.Sprintf("redis-%d", i+1))
		// sentinels change who follows whom, which a node keeps in this file
		conf := filepath.Join(where, "redis.conf")
		users := "user default on nopass ~* &* +@all\n" +
			fmt.Sprintf("user %s on >%s ~* &* +@all\n", clientUser, password)
		if i > 0 {
			host, port, _ := net.SplitHostPort(s.Addrs()[0])
			users += fmt.Sprintf("replicaof %s %s\n", host, port)
		}
		err := os.MkdirAll(where, 0o700)
		if err == nil {
			err = os.WriteFile(conf, []byte(users), 0o600)
		}
		if err == nil {
			err = s.addWith(ctx, where, []string{conf}, "--repl-diskless-sync-delay", "0", "--repl-timeout", "5")
		}
		if err != nil {
			s.Stop()
			return nil, err
		}
	}
	for i := range 3 {
		if err := s.watch(ctx, filepath.Join(dir, fmt.Sprintf("sentinel-%d.conf", i+1))); err != nil {
			s.Stop()
			return nil, err
		}
	}
	for _, addr := range s.addrs {
		if err := waitFor(addr, "", "INFO sentinel", fmt.Sprintf("slaves=%d,sentinels=3", sentinelNodes-1)); err != nil {
			s.Stop()
			return nil, err
		}
	}
	return s, nil
}

func (s *Sentinels) watch(ctx context.Context, conf string) error {
	port, err := FreePort()
	if err != nil {
		return err
	}
	host, primary, err := net.SplitHostPort(s.Addrs()[0])
	if err != nil {
		return err
	}
	text := fmt.Sprintf("bind 127.0.0.1\nport %d\nsentinel monitor %s %s %s 2\n", port, masterName, host, primary)
	for option, value := range map[string]string{"down-after-milliseconds": "1000", "failover-timeout": "3000"} {
		text += fmt.Sprintf("sentinel %s %s %s\n", option, masterName, value)
	}
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return err
	}
	p, err := startRedisNode(ctx, []string{conf, "--sentinel"})
	if err != nil {
		return err
	}
	s.processes = append(s.processes, p)
	s.addrs = append(s.addrs, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	return nil
}

// URL for lanyard's --redis.
func (s *Sentinels) URL() string {
	return "redis+sentinel://" + strings.Join(s.addrs, ",") + "/" + masterName + "?username=" + clientUser + "&password=" + password
}

// Primary is the number of the node that the sentinels send clients to.
func (s *Sentinels) Primary() (int, error) {
	for i, addr := range s.addrs {
		text, err := inline(addr, "", "INFO sentinel")
		if err != nil {
			return 0, fmt.Errorf("sentinel %d: %w", i+1, err)
		}
		for at, node := range s.Addrs() {
			if strings.Contains(text, "address="+node+",") {
				return at, nil
			}
		}
	}
	return 0, fmt.Errorf("no sentinel knows a primary")
}

// Follow makes a node a replica of another, as sentinels do after a while to
// a primary that comes back.
func (s *Sentinels) Follow(i, primary int) error {
	host, port, err := net.SplitHostPort(s.Addrs()[primary])
	if err == nil {
		_, err = s.Ask(i, "REPLICAOF "+host+" "+port)
	}
	if err == nil {
		_, err = s.Ask(i, "CONFIG REWRITE") // else a restart makes it a primary again
	}
	return err
}

// Part a node from its replicas and sentinels, though not from clients, or
// bring it together with them again.
func (s *Sentinels) Part(i int, apart bool) error {
	if !apart {
		_, err := s.Ask(i, "ACL SETUSER default on")
		return err
	}
	_, err := s.Ask(i, "ACL SETUSER default off")
	if err == nil {
		_, err = s.Ask(i, "CLIENT KILL USER default")
	}
	return err
}

// Stop ends every sentinel and every server.
func (s *Sentinels) Stop() {
	for _, p := range s.processes {
		p.Stop()
	}
	s.Redis.Stop()
}
