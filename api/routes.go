package api

import "slices"

// routeList is every route there is, but for pages and files.
func routeList(metricsSeparate bool) []*route {
	list := []*route{
		post("/session", (*Server).postSession, "Sign a browser in with an operator key or a pairing code.").toAnybody().mayTake("SessionRequest").answer(ok("Me")),
		drop("/session", (*Server).deleteSession, "Sign a browser out."),
		get("/me", (*Server).getMe, "Who the credential belongs to.").answer(ok("Me")),

		get("/events", (*Server).listEvents, "The events that the operator can organize.").only(organizers).asks(paged...).answer(ok("EventList")),
		post("/events", (*Server).postEvent, "Create an event. For organizers of the whole server.").only(organizers).takes("EventRequest").answer(created("Event")),
		get("/events/{event}", (*Server).getEvent, "An event.").in(organizers).answer(ok("Event")),
		patch("/events/{event}", (*Server).patchEvent, "Change an event.").in(organizers).takes("EventChange").answer(ok("Event")),
		drop("/events/{event}", (*Server).deleteEvent, "Remove an event with everything that belongs to it, its journal included.").in(organizers),

		get("/events/{event}/venues", (*Server).listVenues, "The venues.").in(everybody).asks(paged...).answer(ok("VenueList")),
		post("/events/{event}/venues", (*Server).postVenue, "Add a venue.").in(organizers).takes("VenueRequest").answer(created("Venue")),
		get("/events/{event}/venues/{venue}", (*Server).getVenue, "A venue.").in(everybody).answer(ok("Venue")),
		patch("/events/{event}/venues/{venue}", (*Server).patchVenue, "Change a venue; it holds for the next scan at every gate.").in(organizers).takes("VenueChange").answer(ok("Venue")),
		drop("/events/{event}/venues/{venue}", (*Server).deleteVenue, "Remove a venue that has no gates and nobody inside.").in(organizers),

		get("/events/{event}/gates", (*Server).listGates, "The gates.").in(everybody).asks(paged...).answer(ok("GateList")),
		post("/events/{event}/gates", (*Server).postGate, "Add a gate.").in(organizers).takes("GateRequest").answer(created("Gate")),
		get("/events/{event}/gates/{gate}", (*Server).getGate, "A gate.").in(everybody).answer(ok("Gate")),
		patch("/events/{event}/gates/{gate}", (*Server).patchGate, "Change a gate.").in(organizers).takes("GateChange").answer(ok("Gate")),
		drop("/events/{event}/gates/{gate}", (*Server).deleteGate, "Remove a gate.").in(organizers),

		get("/events/{event}/categories", (*Server).listCategories, "The categories.").in(organizers).asks(paged...).answer(ok("CategoryList")),
		post("/events/{event}/categories", (*Server).postCategory, "Add a category.").in(organizers).takes("CategoryRequest").answer(created("Category")),
		get("/events/{event}/categories/{category}", (*Server).getCategory, "A category.").in(organizers).answer(ok("Category")),
		patch("/events/{event}/categories/{category}", (*Server).patchCategory, "Change a category.").in(organizers).takes("CategoryChange").answer(ok("Category")),
		drop("/events/{event}/categories/{category}", (*Server).deleteCategory, "Remove a category that nobody has and no venue names.").in(organizers),

		get("/events/{event}/operators", (*Server).listOperators, "The operators.").in(organizers).forSystem().
			asks(qLimit, qCursor, param{name: "revoked", schema: `{"type":"boolean","default":false}`, about: "List revoked operators too."}).answer(ok("OperatorList")),
		post("/events/{event}/operators", (*Server).postOperator, "Add an operator. The answer shows the key and a pairing link, once.").in(organizers).forSystem().takes("OperatorRequest").answer(created("NewOperator")),
		get("/events/{event}/operators/{operator}", (*Server).getOperator, "An operator.").in(organizers).forSystem().answer(ok("Operator")),
		patch("/events/{event}/operators/{operator}", (*Server).patchOperator, "Change an operator.").in(organizers).forSystem().takes("OperatorChange").answer(ok("Operator")),
		drop("/events/{event}/operators/{operator}", (*Server).deleteOperator, "Revoke an operator: the key and all sessions end.").in(organizers).forSystem(),
		post("/events/{event}/operators/{operator}/pairing", (*Server).postPairing, "A new pairing link for an operator's phone: once, within 15 minutes.").in(organizers).forSystem().mayTake("Nothing").answer(ok("Pairing")),

		get("/events/{event}/keys", (*Server).listKeys, "The signing keys, without their private halves.").in(organizers).asks(paged...).answer(ok("KeyList")),
		post("/events/{event}/keys/rotate", (*Server).postRotate, "Sign new badges with a new key; badges signed before stay good.").in(organizers).mayTake("Nothing").answer(created("Key")),
		post("/events/{event}/keys/{kid}/revoke", (*Server).postWithdraw, "Withdraw a key: its badges open no gate any more. The answer is the key that signs from now on.").in(organizers).mayTake("Nothing").answer(ok("Key")),
		get("/events/{event}/checkpoints", (*Server).listCheckpoints, "Signed statements of how long the journal was and what it ended with.").in(auditors).asks(paged...).answer(ok("CheckpointList")),

		get("/events/{event}/registration", (*Server).getRegistration, "What a form for registering somebody needs to know of the event.").in(lookers).answer(ok("Registration")),
		get("/events/{event}/attendees", (*Server).listAttendees, "Search the roster.").in(lookers).
			asks(param{name: "q", schema: `{"type":"string","maxLength":200}`, about: "Words that must all occur in ref, name, organization, delegation, email or phone."},
				param{name: "category", schema: `{"type":"string"}`, about: "Id of a category."},
				param{name: "status", schema: `{"type":"string","enum":["active","none","revoked"]}`, about: "Only those who have an active badge, have none, or have none any more."},
				param{name: "skip", schema: `{"type":"integer","minimum":0,"default":0}`, about: "Passes over so many who match. Pages by cursor neither repeat nor miss anybody while the roster changes; pages by skip can."},
				param{name: "total", schema: `{"type":"boolean","default":false}`, about: "Also tell how many match on all pages together."},
				qLimit, qCursor).answer(ok("AttendeeList")),
		post("/events/{event}/attendees", (*Server).postAttendee, "Register somebody. Without a ref one is made.").in(desks).takes("AttendeeRequest").answer(created("Attendee")),
		get("/events/{event}/attendees/{attendee}", (*Server).getAttendee, "An attendee.").in(lookers).answer(ok("Attendee")),
		patch("/events/{event}/attendees/{attendee}", (*Server).patchAttendee, "Change an attendee.").in(desks).takes("AttendeeChange").answer(ok("Attendee")),
		drop("/events/{event}/attendees/{attendee}", (*Server).deleteAttendee, "Erase a person: the record goes and the badge ends, counts and journal stay.").in(desks),

		importing(post("/events/{event}/imports", (*Server).postImport, "Read a roster from CSV or XLSX. Known refs are updated.").in(organizers)),
		previewing(post("/events/{event}/imports/preview", (*Server).postPreview, "Look at a roster file, to say what its columns hold. Nothing of it is kept.").in(organizers)),
		get("/events/{event}/imports/{import}", (*Server).getImport, "How an import goes, for a day.").in(organizers).answer(ok("Import")),

		post("/events/{event}/badges", (*Server).postBadge, "Issue a badge; an attendee's active badge is answered again.").in(desks).takes("BadgeRequest").answer(created("Badge"), ok("Badge")),
		post("/events/{event}/badges/issue-all", (*Server).postIssueAll, "Issue a badge to everybody who never had one, or has one of a key that has been withdrawn.").in(desks).mayTake("IssueAllRequest").answer(ok("Issued")),
		get("/events/{event}/badges/{badge}", (*Server).getBadge, "A badge.").in(desks).answer(ok("Badge")),
		image(get("/events/{event}/badges/{badge}.svg", (*Server).getBadgeSVG, "The badge's QR code as SVG.").in(desks), ".svg", "image/svg+xml"),
		image(get("/events/{event}/badges/{badge}.png", (*Server).getBadgePNG, "The badge's QR code as PNG.").in(desks), ".png", "image/png").
			asks(param{name: "scale", schema: `{"type":"integer","minimum":1,"maximum":40,"default":10}`, about: "Pixels of a module."}),
		post("/events/{event}/badges/{badge}/revoke", (*Server).postRevoke, "Revoke a badge.").in(desks).takes("RevokeRequest").answer(ok("Badge")),
		post("/events/{event}/badges/{badge}/reissue", (*Server).postReissue, "Replace a badge by a new one with a new code and a new page.").in(desks).mayTake("Nothing").answer(created("Badge")),
		get("/events/{event}/badges/{badge}/places", (*Server).listPlaces, "Where a badge is and was: of each venue the latest entry and exit.").in(lookers).answer(ok("PlaceList")),
		post("/events/{event}/badges/{badge}/scans", (*Server).postNumberScan, "Decide a scan of a badge whose number was typed, as if its code had been read.").in(scanning).through(deciding).takes("NumberScanRequest").answer(ok("Answer")),

		post("/events/{event}/scans", (*Server).postScan, "Decide a scan. Every verdict is a 200.").in(scanning).through(deciding).takes("ScanRequest").answer(ok("Answer")),
		batch(post("/events/{event}/scans/batch", (*Server).postBatch, "Decide up to 500 scans, each by itself, answers in order.").in(scanning).through(uploads).takes("BatchRequest").answer(ok("BatchAnswer"))),
		post("/events/{event}/scans/{scan_id}/undo", (*Server).postUndo, "Take a scan back.").in(scanning).through(deciding).mayTake("Nothing").answer(ok("Answer")),
		get("/events/{event}/scanner", (*Server).getScanner, "What a phone needs to decide offline: all of it, or what has changed since.").in(phones).
			asks(param{name: "since", schema: `{"type":"integer","minimum":0}`, about: "The seq of the answer before: asks for the changes since then."}).
			answer(ok("Scanner"), notModified),

		get("/events/{event}/occupancy", (*Server).getOccupancy, "Who is where, in numbers.").in(watchers).answer(ok("Occupancy")),
		stream(get("/events/{event}/live", (*Server).getLive, "The live feed (Server-Sent Events): snapshot, occupancy, scan.").in(watchers)),
		get("/events/{event}/history", (*Server).getHistory, "A venue's figures over time.").in(watchers).
			asks(param{name: "venue", schema: `{"type":"string"}`, about: "Id of the venue.", needed: true},
				param{name: "from", schema: `{"type":"string","format":"date-time"}`, about: "Beginning; without it a day before the end."},
				param{name: "to", schema: `{"type":"string","format":"date-time"}`, about: "End, exclusive; now without it."},
				param{name: "step", schema: `{"type":"string","pattern":"^[0-9]+[smh]?$","default":"15m"}`, about: "Length of a step: seconds, or a duration such as 5m or 1h; whole minutes."}).
			answer(ok("History")),
		tables(get("/events/{event}/inside", (*Server).getInside, "Everybody who is inside, by venue: never a part of the list.").in(watchers), "InsideList", csvType).
			asks(qVenue, param{name: "format", schema: `{"type":"string","enum":["json","csv"]}`, about: "Instead of the Accept header."}, qBOM),
		batch(post("/events/{event}/rollcall", (*Server).postRollCall, "A device's turn in the roll call after an evacuation: tells its marks and hears everybody's. Marks may come late and repeatedly; the latest of a badge holds.").in(watchers).takes("RollCallRequest").answer(ok("RollCall"))),
		tables(get("/events/{event}/journal", (*Server).getJournal, "The journal. JSON by pages, which may have fewer rows than the limit and still go on; NDJSON and CSV to its end, or to the limit.").in(auditors), "RowList", ndjsonType, csvType).
			asks(append(slices.Clone(qRows),
				param{name: "after", schema: `{"type":"integer","minimum":0,"default":0}`, about: "The seq after which to begin."},
				param{name: "limit", schema: `{"type":"integer","minimum":1}`, about: "Most rows to answer: up to 1000 in JSON, where 100 is the default."},
				param{name: "format", schema: `{"type":"string","enum":["json","ndjson","csv"]}`, about: "Instead of the Accept header."}, qBOM)...),

		public("/.well-known/jwks.json", (*Server).getJWKS, "The public keys that badges can be verified with (RFC 7517).").answer(ok("KeySet")),
		public("/healthz", (*Server).getHealth, "The process is up.").answer(ok("Health")),
		public("/readyz", (*Server).getReady, "The store answers and the server isn't stopping.").answer(ok("Ready"), answer{503, "Ready", []string{jsonType}}),
		public("/openapi.json", (*Server).getOpenAPI, "This document.").answer(ok(""), notModified),
		public("/b/{link}", (*Server).getPage, "The attendee's page.").answer(answer{200, "", []string{"text/html; charset=utf-8"}}),
		public("/b/{link}/badge.png", (*Server).getPagePNG, "The code of the attendee's page as a picture.").answer(answer{200, "", []string{"image/png"}}),
		public("/b/{link}/status", (*Server).getPageStatus, "What has changed about the attendee's page.").answer(ok("PageStatus")),
	}
	if !metricsSeparate {
		list = append(list, public("/metrics", (*Server).getMetrics, "Prometheus metrics.").answer(answer{200, "", []string{"text/plain"}}))
	}
	return list
}

const (
	csvType    = "text/csv; charset=utf-8"
	ndjsonType = "application/x-ndjson"
	sseType    = "text/event-stream"
)

// The ways to read a roster file.
var qFile = []param{
	{name: "sheet", schema: `{"type":"string"}`, about: "Sheet of a workbook."},
	{name: "encoding", schema: `{"type":"string"}`, about: "Encoding of a CSV file by its WHATWG label."},
	{name: "header_row", schema: `{"type":"integer","minimum":1}`, about: "Row of the header as the spreadsheet numbers it."},
}

func previewing(r *route) *route {
	r.files, r.query = importTypes, qFile
	return r.answer(ok("ImportPreview"))
}

func importing(r *route) *route {
	r.files = importTypes
	r.query = append([]param{
		{name: "dry_run", schema: `{"type":"boolean","default":false}`, about: "Only tell what would happen."},
		{name: "issue", schema: `{"type":"boolean","default":false}`, about: "Issue badges to all who have none."},
		{name: "column", schema: `{"type":"string"}`, about: "field:Header or field:3, which column holds a field; field: leaves it out.", many: true},
		{name: "category", schema: `{"type":"string"}`, about: "Category of rows that have none."},
	}, qFile...)
	return r.answer(created("Import"), answer{202, "Import", []string{jsonType}})
}

func image(r *route, suffix, mediaType string) *route {
	r.suffix = suffix
	return r.answer(answer{200, "", []string{mediaType}})
}

func batch(r *route) *route {
	r.maxBody = maxBatch
	return r
}

func stream(r *route) *route {
	r.query = []param{{name: "last_event_id", schema: `{"type":"integer","minimum":0}`, about: "Resume after this position, for clients that can't send Last-Event-ID."}}
	return r.answer(answer{200, "", []string{sseType}})
}

func tables(r *route, schema string, types ...string) *route {
	return r.answer(ok(schema), answer{200, "", types})
}
