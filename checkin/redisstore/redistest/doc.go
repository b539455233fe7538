// Package redistest runs real Redis servers for tests: single ones, replicas
// and clusters, on free ports of the loopback and in folders of the test. They
// end with the test that started them. A missing redis-server fails the test:
// nothing here is ever skipped.
package redistest
