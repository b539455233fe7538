package web

import "embed"

// built is what Vite made; all: because a clean clone has only the hidden
// dist/.keep, and embedding nothing at all would not compile.
//
//go:embed all:dist
var built embed.FS

// plain are the files that are served and rendered as they stand.
//
//go:embed page/*.html page/*.css page/*.js page/*.svg page/*.webmanifest style locales
var plain embed.FS
