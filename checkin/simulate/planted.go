package simulate

import "lanyard/checkin"

type Bug struct {
	Name  string
	plant func(checkin.Store) checkin.Store
}
