package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Service is a Lanyard as the preparation and the audit talk to it: with an
// organizer's key and through net/http, where speed doesn't matter.
type Service struct {
	Base   *url.URL
	Key    string
	client *http.Client
}

// NewService at a base URL such as http://127.0.0.1:8080.
func NewService(base, key string) (*Service, error) {
	u, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("%q is not an http or https URL", base)
	}
	return &Service{Base: u, Key: key, client: &http.Client{Timeout: 2 * time.Minute}}, nil
}

// Do sends a request and decodes a 2xx answer into out, unless that is nil. Any
// other status is an error with the problem's code.
func (s *Service) Do(ctx context.Context, method, path, contentType string, body io.Reader, out any) error {
	request, err := http.NewRequestWithContext(ctx, method, s.Base.String()+path, body)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+s.Key)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	where := method + " " + request.URL.Path
	if answer.StatusCode/100 != 2 {
		var problem struct{ Code, Detail, Title string }
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 4096))
		json.Unmarshal(text, &problem) // what isn't a problem document stays empty
		return &Refusal{Where: where, Status: answer.StatusCode, Code: problem.Code, Detail: strings.TrimSpace(problem.Title + ": " + problem.Detail)}
	}
	if out == nil {
		_, err = io.Copy(io.Discard, answer.Body)
		return err
	}
	if err := json.NewDecoder(answer.Body).Decode(out); err != nil {
		return fmt.Errorf("%s: the answer is not the JSON expected: %w", where, err)
	}
	return nil
}

// Refusal is an answer other than 2xx to a request that should have worked.
type Refusal struct {
	Where, Code, Detail string
	Status              int
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%s: %d %s (%s)", r.Where, r.Status, r.Code, r.Detail)
}

// Get decodes a resource.
func (s *Service) Get(ctx context.Context, path string, out any) error {
	return s.Do(ctx, http.MethodGet, path, "", nil, out)
}

// Post sends JSON.
func (s *Service) Post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return s.Do(ctx, http.MethodPost, path, "application/json", bytes.NewReader(body), out)
}

// Delete removes a resource.
func (s *Service) Delete(ctx context.Context, path string) error {
	return s.Do(ctx, http.MethodDelete, path, "", nil, nil)
}

// Pages walks a list by its cursor and calls each with every page's items.
func Pages[T any](ctx context.Context, s *Service, path string, each func([]T) error) error {
	for cursor := ""; ; {
		page := path
		if cursor != "" {
			page += "&cursor=" + url.QueryEscape(cursor)
		}
		var list struct {
			Items []T    `json:"items"`
			Next  string `json:"next_cursor"`
		}
		if err := s.Get(ctx, page, &list); err != nil {
			return err
		}
		if err := each(list.Items); err != nil {
			return err
		}
		if list.Next == "" {
			return nil
		}
		if list.Next == cursor {
			return fmt.Errorf("GET %s: the cursor doesn't move", path)
		}
		cursor = list.Next
	}
}
