// Package api is Lanyard's HTTP side: version 1 of the API under /api/v1, the
// live feed, the attendee's page and what operators of a server look at
// (health, metrics, the OpenAPI document).
//
// What people look for first stands in one place each: routes.go lists every
// route with the roles that may use it, errors.go every failure with the status
// and code that it becomes, decode.go how strictly a request is read. Handlers
// lie in one file per resource and hold no rules: they read a request, call
// checkin.Desk and write what it answers.
//
// A request passes serve.go (request id, headers, log, metrics, panics), the
// router, auth.go (who, which event, which role) and its handler. A handler
// returns an error instead of writing one.
//
// Nothing here logs a path, a query or a body: links, keys and names are in
// them. The log has the route's pattern instead.
package api
