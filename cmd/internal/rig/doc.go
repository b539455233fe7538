// Package rig starts what the programs that test Lanyard from outside need:
// built servers, Redis and Redis clusters as processes of their own on
// 127.0.0.1, and a proxy between them that misbehaves on demand. It knows
// Lanyard by its commands and its HTTP API alone and imports none of its packages.
//
// Everything that is started here is ended by its own process id, at the latest
// when its context ends.
package rig
