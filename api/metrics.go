package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lanyard/checkin"
)

// metrics are what the server counts. Labels have routes, verdicts and ids of
// events and venues, never anything of a person.
type metrics struct {
	scans    *prometheus.CounterVec
	scanTime prometheus.Histogram
	requests *prometheus.HistogramVec
	handler  http.Handler
	verdicts map[verdict]prometheus.Counter
}

type verdict struct {
	result checkin.Result
	reason checkin.Reason
}

// Buckets in seconds, as fine as the numbers that the server is held to.
var latency = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

func newMetrics(r *prometheus.Registry, s *Server) (*metrics, error) {
	m := &metrics{
		scans: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lanyard_scans_total", Help: "Scans answered, dry runs apart."}, []string{"result", "reason"}),
		scanTime: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "lanyard_scan_duration_seconds", Help: "Time to decide a scan, or the scans of one batch, and make them durable.", Buckets: latency}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lanyard_http_request_duration_seconds", Help: "Time to answer a request, streams to their end.", Buckets: latency},
			[]string{"route", "method", "status"}),
		verdicts: map[verdict]prometheus.Counter{},
	}
	for _, reason := range append([]checkin.Reason{""}, checkin.Reasons...) {
		for _, result := range []checkin.Result{checkin.Admitted, checkin.Exited, checkin.Denied} {
			m.verdicts[verdict{result, reason}] = m.scans.WithLabelValues(string(result), string(reason))
		}
	}
	readers := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lanyard_feed_readers", Help: "Live streams that are open."}, func() float64 { return float64(s.readers.Load()) })
	for _, l := range []*lane{s.deciding, s.uploads} {
		kind := prometheus.Labels{"kind": l.name}
		for _, c := range []prometheus.Collector{
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "lanyard_under_way", Help: "Requests that are being decided, by kind.", ConstLabels: kind},
				func() float64 { return float64(l.now.Load()) }),
			prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "lanyard_refused_total",
				Help: "Requests that were told to come again, because as many as are decided at once were under way.", ConstLabels: kind},
				func() float64 { return float64(l.refused.Load()) }),
		} {
			if err := r.Register(c); err != nil {
				return nil, fmt.Errorf("api: metrics: %w", err)
			}
		}
	}
	for _, c := range []prometheus.Collector{m.scans, m.scanTime, m.requests, readers, &occupancyMetrics{s.desk}} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("api: metrics: %w", err)
		}
	}
	for _, c := range []prometheus.Collector{collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})} {
		var already prometheus.AlreadyRegisteredError
		if err := r.Register(c); err != nil && !errors.As(err, &already) {
			return nil, fmt.Errorf("api: metrics: %w", err)
		}
	}
	m.handler = promhttp.HandlerFor(r, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	return m, nil
}

// scan counts one answer.
func (m *metrics) scan(a *checkin.Answer) {
	if a.Seq == 0 || a.Replayed {
		return // a dry run, or counted before
	}
	if c := m.verdicts[verdict{a.Result, a.Reason}]; c != nil {
		c.Inc()
	}
}

func (m *metrics) request(route, method string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}

// MetricsHandler serves the metrics alone, for an address of their own.
func (s *Server) MetricsHandler() http.Handler { return s.metrics.handler }

func (s *Server) getMetrics(c *call) error {
	s.metrics.handler.ServeHTTP(c.x, c.Request())
	return nil
}

// occupancyMetrics ask for the figures when they are scraped.
type occupancyMetrics struct{ desk *checkin.Desk }

var (
	descInside = prometheus.NewDesc("lanyard_occupancy", "Badges inside.", []string{"event", "venue"}, nil)
	descPlaces = prometheus.NewDesc("lanyard_occupancy_capacity", "Capacity, 0 for no limit.", []string{"event", "venue"}, nil)
	descStore  = prometheus.NewDesc("lanyard_store_up", "Whether the store answers.", nil, nil)
)

func (o *occupancyMetrics) Describe(ch chan<- *prometheus.Desc) {
	ch <- descInside
	ch <- descPlaces
	ch <- descStore
}

func (o *occupancyMetrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	up := 1.0
	events, err := o.desk.Events(ctx)
	if err != nil {
		up = 0
	}
	for _, e := range events {
		n, err := o.desk.Occupancy(ctx, e.ID)
		if errors.Is(err, checkin.ErrNoEvent) {
			continue
		}
		if err != nil {
			up = 0
			break
		}
		for _, v := range n.Venues {
			ch <- prometheus.MustNewConstMetric(descInside, prometheus.GaugeValue, float64(v.Inside), e.ID, v.ID)
			ch <- prometheus.MustNewConstMetric(descPlaces, prometheus.GaugeValue, float64(v.Capacity), e.ID, v.ID)
		}
	}
	ch <- prometheus.MustNewConstMetric(descStore, prometheus.GaugeValue, up)
}
