package rig

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// FreePort is one that nobody listens on at this moment. It lies below the
// range from which systems take the ports of outgoing connections (RFC 6335: from
// 49152; Linux: from 32768), so that a server which was killed finds it free.
func FreePort() (int, error) {
	const from, to = 16_384, 32_768
	for range 100 {
		port := from + rand.IntN(to-from)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			continue
		}
		return port, l.Close()
	}
	return 0, fmt.Errorf("no free port between %d and %d", from, to)
}
