// Package crowd plays gates that keep scanning whatever happens to the server
// behind them, remembers everything that they were told, and afterwards holds
// the journal against it.
//
// A gate asks again under the same scan id until it is answered, as phones do:
// what the server did without the answer being heard shows when it is asked
// again. Only answers with status 200 count as acknowledged.
package crowd
