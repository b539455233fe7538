// Package failover takes the primary away from under gates that scan: under
// Sentinel, and in a cluster of three masters with a replica each, on loopback,
// with a server that acknowledges a scan once one replica has it too
// (--redis-replicas 1). Primaries are killed, paused, cut off from their
// replicas but not from the server, and a slot is moved from master to master.
// Nothing that a gate was told may be missing afterwards, and how long gates
// stood without a verdict is measured.
package failover
