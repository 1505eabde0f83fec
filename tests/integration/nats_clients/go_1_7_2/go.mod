module clients/old

go 1.25

require (
	github.com/nats-io/go-nats v1.7.2
	github.com/nats-io/nkeys v0.1.0
	github.com/nats-io/nuid v1.0.1
)

require golang.org/x/crypto v0.0.0-20190701094942-4def268fd1a4 // indirect

// The repository was renamed; this version still declares its old module path.
replace github.com/nats-io/go-nats => github.com/nats-io/nats.go v1.7.2
