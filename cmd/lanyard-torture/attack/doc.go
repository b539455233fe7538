// Package attack throws forged badges, broken and forbidden requests, and spoilt
// roster files at a running server, from several clients at the same time.
//
// Everything is drawn from the seed. An answer is judged by what was sent: no
// forged badge is let through, what may not be done is refused, and whatever
// comes, the server has an answer that is none of a broken program. After each
// round nothing may have changed but the denied scans in the journal, of which
// there are as many as were told, and an honest badge still gets in and out. At
// the end the server's log, at its most talkative, is searched for every key,
// token, page and name of the event.
package attack
