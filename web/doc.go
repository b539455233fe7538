// Package web holds everything that a person sees in a browser.
//
// The attendee's badge and the short notices are Go templates with plain CSS
// and one small script, embedded as they stand in page/ and style/: they need
// no build and work from a clean clone. The staff's pages (scan, live, desk and
// the index) are TypeScript in src/, built by Vite into dist/ and embedded from
// there; a binary made before that build says so on those pages.
//
// The package knows the standard library only. It renders what it is given and
// never asks a store; package api decides who may see what.
package web
