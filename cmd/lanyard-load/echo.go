package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"

	"github.com/labstack/echo/v4"
)

// runEcho serves Echo's smallest JSON handler, the yardstick for the program's
// own cost of a scan: the same router and server, no middleware, no work. It says
// where in the form of demo --json, and stops with ctx.
func runEcho(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("lanyard-load echo", flag.ContinueOnError)
	f.SetOutput(stderr)
	addr := f.String("addr", "127.0.0.1:0", "`address` to listen on")
	if err := f.Parse(args); err != nil {
		return &usageError{err}
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.POST("/api/v1/events/:event/scans", func(c echo.Context) error {
		return c.JSON(http.StatusOK, struct {
			OK bool `json:"ok"`
		}{true})
	})
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	e.Listener = listener
	if err := json.NewEncoder(stdout).Encode(map[string]string{"base_url": "http://" + listener.Addr().String()}); err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		e.Close()
	}()
	if err := e.Start(""); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
