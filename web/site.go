package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
)

// surfaces are the pages that Vite builds, by path.
var surfaces = map[string]string{
	"/":     "index.html",
	"/scan": "scan.html",
	"/live": "live.html",
	"/desk": "desk.html",
}

// Site renders pages and serves files. It is made once and safe for any
// number of requests at a time.
type Site struct {
	phrases   map[string]phrases
	templates *template.Template
	files     map[string]*asset // by URL path
	urls      map[string]string // of the attendee page's own files, by name
}

// New reads and checks everything embedded, so that a page that can't be
// rendered stops the program at its start and not an attendee at a gate.
func New() (*Site, error) {
	return newSite(built, plain)
}

func newSite(built, plain fs.FS) (*Site, error) {
	s := &Site{files: map[string]*asset{}, urls: map[string]string{}}
	var err error
	if s.phrases, err = loadPhrases(plain); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if s.templates, err = template.New("").ParseFS(plain, "page/*.html"); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if err := s.addPlain(plain); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if err := s.addBuilt(built); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	for url, name := range surfaces {
		if s.files[url] == nil {
			if err := s.addUnbuilt(url); err != nil {
				return nil, fmt.Errorf("web: %s: %w", name, err)
			}
		}
	}
	return s, nil
}

// addPlain adds the files of the attendee's page, named by their content.
func (s *Site) addPlain(plain fs.FS) error {
	raw := map[string][]byte{}
	for _, name := range []string{"style/tokens.css", "page/badge.css", "page/badge.js", "page/icon.svg", "page/sw.js", "page/manifest.webmanifest", "page/scan.webmanifest"} {
		b, err := fs.ReadFile(plain, name)
		if err != nil {
			return err
		}
		raw[path.Base(name)] = b
	}
	s.addHashed("badge.css", packCSS(slices.Concat(raw["tokens.css"], []byte("\n"), raw["badge.css"])))
	s.addHashed("badge.js", packJS(raw["badge.js"]))
	s.addHashed("icon.svg", raw["icon.svg"])
	for _, size := range []int{32, 180, 192, 512} {
		s.addHashed(fmt.Sprintf("icon-%d.png", size), drawIcon(size))
	}
	s.files["/favicon.ico"] = s.files[s.urls["icon-32.png"]]
	s.files["/apple-touch-icon.png"] = s.files[s.urls["icon-180.png"]]

	var pairs []string
	for file, url := range s.urls {
		pairs = append(pairs, "{{"+file+"}}", url)
	}
	named := strings.NewReplacer(pairs...)
	for name, body := range map[string][]byte{
		"sw.js": packJS(raw["sw.js"]), "manifest.webmanifest": flat(raw["manifest.webmanifest"]), "scan.webmanifest": flat(raw["scan.webmanifest"]),
	} {
		s.files["/"+name] = newAsset(name, []byte(named.Replace(string(body))), recheck)
	}
	s.files["/robots.txt"] = newAsset("robots.txt", []byte("User-agent: *\nDisallow: /\n"), recheck)
	return nil
}

func (s *Site) addHashed(name string, body []byte) {
	a := newAsset(name, body, forever)
	url := "/assets/" + hashed(name, a.version)
	s.files[url], s.urls[name] = a, url
}

// addBuilt adds what Vite made: pages under their paths, and everything in
// assets/, where Vite names files by their content.
func (s *Site) addBuilt(built fs.FS) error {
	pages := map[string]string{}
	for url, name := range surfaces {
		pages[name] = url
	}
	return fs.WalkDir(built, "dist", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		body, err := fs.ReadFile(built, name)
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(name, "dist/")
		switch url, isPage := pages[rel]; {
		case isPage:
			s.files[url] = newAsset(rel, body, recheck)
		case path.Dir(rel) == "assets":
			s.files["/"+rel] = newAsset(rel, body, forever)
		default:
			s.files["/"+rel] = newAsset(rel, body, recheck)
		}
		return nil
	})
}

// addUnbuilt says on a staff page how to build the real one.
func (s *Site) addUnbuilt(url string) error {
	var b bytes.Buffer
	if err := s.Notice(&b, NoticePage{Kind: Unbuilt}); err != nil {
		return err
	}
	a := newAsset("unbuilt.html", b.Bytes(), "no-store")
	a.status = http.StatusServiceUnavailable
	s.files[url] = a
	return nil
}

// Handler serves the staff's pages at "/", "/scan", "/live" and "/desk", every
// file under "/assets/", the web app manifests, the service worker and
// "/robots.txt", and answers anything else with a page in two languages and
// 404. It sets all headers that a page needs and compresses by itself, so it
// must not stand behind another compressing handler.
func (s *Site) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "this is a page: read it with GET", http.StatusMethodNotAllowed)
			return
		}
		if a := s.files[r.URL.Path]; a != nil {
			a.serve(w, r)
			return
		}
		if bare := strings.TrimRight(r.URL.Path, "/"); surfaces[bare] != "" {
			http.Redirect(w, r, bare, http.StatusPermanentRedirect)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNotFound)
		if r.Method == http.MethodGet {
			lang := PickLang(r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"), "")
			s.Notice(w, NoticePage{Lang: lang, Kind: NotFound}) // a reader who left is nobody's error
		}
	})
}
