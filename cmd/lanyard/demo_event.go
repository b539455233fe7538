package main

import (
	"context"
	"errors"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

const demoEvent = "ciep21"

// both is a text in the conference's two languages.
func both(zh, en string) badge.Text { return badge.Text{"zh": zh, "en": en} }

var demoCategories = []badge.Category{
	{ID: "delegate", Name: both("代表", "Delegate"), Color: "#0f766e", Code: "d"},
	{ID: "expert", Name: both("专家", "Expert"), Color: "#1d4ed8", Code: "x"},
	{ID: "speaker", Name: both("演讲嘉宾", "Speaker"), Color: "#7c3aed", Code: "s"},
	{ID: "exhibitor", Name: both("参展商", "Exhibitor"), Color: "#a16207", Code: "e"},
	{ID: "press", Name: both("媒体", "Press"), Color: "#be185d", Code: "p"},
	{ID: "organizer", Name: both("组委会", "Organizer"), Color: "#334155", Code: "o"},
	{ID: "volunteer", Name: both("志愿者", "Volunteer"), Color: "#15803d", Code: "v"},
	{ID: "vip", Name: both("贵宾", "VIP"), Color: "#b45309", Code: "w"},
}

var demoVenues = []checkin.Venue{
	{ID: "main-forum", Name: both("主论坛", "Main Forum"), Capacity: 1200, Reentry: checkin.Free},
	{ID: "exhibition", Name: both("展览馆", "Exhibition Hall"), Capacity: 3000, Reentry: checkin.Free},
	{ID: "tech-forum", Name: both("科技分论坛", "Technology Forum"), Capacity: 400, Reentry: checkin.Free, Exclusive: "forums"},
	{ID: "talent-forum", Name: both("人才分论坛", "Talent Forum"), Capacity: 400, Reentry: checkin.Free, Exclusive: "forums"},
	{ID: "banquet", Name: both("欢迎晚宴", "Welcome Banquet"), Capacity: 600, Reentry: checkin.Once,
		Categories: []string{"delegate", "expert", "speaker", "vip", "organizer"}},
	{ID: "lunch", Name: both("午餐", "Lunch"), Capacity: 2000, Reentry: checkin.Daily, AutoExitAt: "16:00"},
	{ID: "vip-lounge", Name: both("贵宾厅", "VIP Lounge"), Capacity: 60, Reentry: checkin.Free,
		Categories: []string{"vip", "speaker", "organizer"}},
}

var demoGates = []checkin.Gate{
	{ID: "north", Venue: "main-forum", Name: both("北门", "North gate"), Direction: checkin.In},
	{ID: "south", Venue: "main-forum", Name: both("南门", "South gate"), Direction: checkin.Both},
	{ID: "north-exit", Venue: "main-forum", Name: both("北出口", "North exit"), Direction: checkin.Out},
	{ID: "hall-east", Venue: "exhibition", Name: both("东入口", "East entrance"), Direction: checkin.Both},
	{ID: "hall-west", Venue: "exhibition", Name: both("西入口", "West entrance"), Direction: checkin.Both},
	{ID: "tech-door", Venue: "tech-forum", Name: both("科技分论坛门口", "Technology Forum door"), Direction: checkin.Both},
	{ID: "talent-door", Venue: "talent-forum", Name: both("人才分论坛门口", "Talent Forum door"), Direction: checkin.Both},
	{ID: "banquet-door", Venue: "banquet", Name: both("宴会厅门口", "Banquet door"), Direction: checkin.Both},
	{ID: "lunch-door", Venue: "lunch", Name: both("餐厅门口", "Lunch door"), Direction: checkin.Both},
	{ID: "vip-door", Venue: "vip-lounge", Name: both("贵宾厅门口", "VIP door"), Direction: checkin.Both},
}

// makeDemoEvent opens the conference around today, two days long, so that the
// badges of a demonstration are always good.
func makeDemoEvent(ctx context.Context, desk *checkin.Desk) error {
	shenzhen, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return err
	}
	y, m, d := desk.Now().In(shenzhen).Date()
	_, err = desk.CreateEvent(ctx, checkin.Stamp{}, badge.Event{
		ID: demoEvent, TimeZone: "Asia/Shanghai", Locale: "zh",
		Name:     both("第21届中国国际人才交流大会", "21st Conference on International Exchange of Professionals"),
		Place:    both("深圳会展中心", "Shenzhen Convention and Exhibition Center"),
		StartsAt: time.Date(y, m, d, 9, 0, 0, 0, shenzhen).UTC(),
		EndsAt:   time.Date(y, m, d+1, 18, 0, 0, 0, shenzhen).UTC(),
	})
	if err != nil {
		return err
	}
	return completeDemoEvent(ctx, desk)
}

// completeDemoEvent adds what a start that was cut off has not; what somebody
// has changed or taken away in a whole one stays so.
func completeDemoEvent(ctx context.Context, desk *checkin.Desk) error {
	c, err := desk.Config(ctx, demoEvent)
	if err != nil {
		return err
	}
	if _, whole := c.Gate(demoGates[len(demoGates)-1].ID); whole {
		return nil
	}
	add := func(err error) error {
		if errors.Is(err, checkin.ErrExists) {
			return nil
		}
		return err
	}
	for _, k := range demoCategories {
		if _, err := desk.AddCategory(ctx, demoEvent, checkin.Stamp{}, k); add(err) != nil {
			return err
		}
	}
	for _, v := range demoVenues {
		if _, err := desk.AddVenue(ctx, demoEvent, checkin.Stamp{}, v); add(err) != nil {
			return err
		}
	}
	for _, g := range demoGates {
		if _, err := desk.AddGate(ctx, demoEvent, checkin.Stamp{}, g); add(err) != nil {
			return err
		}
	}
	return nil
}
