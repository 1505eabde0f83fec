// Uses the server as applications with the current Go client do, and prints one line for each check that passed.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func connect(variable string, options ...nats.Option) *nats.Conn {
	connection, err := nats.Connect(os.Getenv(variable), options...)
	must(err)
	return connection
}

func check(name string, holds bool) {
	if !holds {
		fmt.Println("FAILED", name)
		os.Exit(1)
	}
	fmt.Println("ok", name)
}

func main() {
	nc := connect("PLAIN_URL", nats.Name("go current"))
	defer nc.Close()
	check("connect", nc.IsConnected() && nc.MaxPayload() == 1048576 && nc.HeadersSupported())

	sub, err := nc.SubscribeSync("greet.*")
	must(err)
	must(nc.Publish("greet.joe", []byte("hello")))
	message, err := sub.NextMsg(5 * time.Second)
	must(err)
	check("publish and subscribe", message.Subject == "greet.joe" && string(message.Data) == "hello")

	_, err = nc.Subscribe("service", func(m *nats.Msg) { must(m.Respond(append([]byte("re: "), m.Data...))) })
	must(err)
	answer, err := nc.Request("service", []byte("x"), 5*time.Second)
	must(err)
	check("request and reply", string(answer.Data) == "re: x")

	_, err = nc.Request("nobody", nil, 5*time.Second)
	check("no responders", errors.Is(err, nats.ErrNoResponders))

	headed := nats.NewMsg("greet.headers")
	headed.Header.Add("Trace", "17")
	headed.Data = []byte("with headers")
	must(nc.PublishMsg(headed))
	message, err = sub.NextMsg(5 * time.Second)
	must(err)
	check("headers", message.Header.Get("Trace") == "17" && string(message.Data) == "with headers")

	one, err := nc.QueueSubscribeSync("work", "group")
	must(err)
	two, err := nc.QueueSubscribeSync("work", "group")
	must(err)
	for i := 0; i < 100; i++ {
		must(nc.Publish("work", nil))
	}
	must(nc.Flush())
	a, _, _ := one.Pending()
	b, _, _ := two.Pending()
	check("queue group", a+b == 100 && a > 0 && b > 0)

	limited, err := nc.SubscribeSync("limited")
	must(err)
	must(limited.AutoUnsubscribe(2))
	for i := 0; i < 5; i++ {
		must(nc.Publish("limited", nil))
	}
	must(nc.Flush())
	count, _, _ := limited.Pending()
	check("auto unsubscribe", count == 2)

	check("maximum payload", errors.Is(nc.Publish("greet.big", make([]byte, 1048577)), nats.ErrMaxPayload))

	for i := 0; i < 10000; i++ {
		must(nc.Publish("greet.many", []byte("0123456789")))
	}
	for i := 0; i < 10000; i++ {
		_, err = sub.NextMsg(5 * time.Second)
		must(err)
	}
	check("ten thousand messages", true)

	quiet := connect("PLAIN_URL", nats.NoEcho())
	mute, err := quiet.SubscribeSync("echo")
	must(err)
	must(quiet.Publish("echo", nil))
	must(quiet.Flush())
	count, _, _ = mute.Pending()
	quiet.Close()
	check("no echo", count == 0)

	drained := make(chan struct{})
	draining := connect("PLAIN_URL", nats.ClosedHandler(func(*nats.Conn) { close(drained) }))
	got := 0
	_, err = draining.Subscribe("drain", func(*nats.Msg) { got++ })
	must(err)
	for i := 0; i < 1000; i++ {
		must(draining.Publish("drain", nil))
	}
	must(draining.Drain())
	<-drained
	check("drain", got == 1000)

	connect("TOKEN_URL", nats.Token(os.Getenv("TOKEN"))).Close()
	check("token", true)
	_, err = nats.Connect(os.Getenv("TOKEN_URL"), nats.Token("wrong"))
	check("wrong token", errors.Is(err, nats.ErrAuthorization))
	connect("USER_URL", nats.UserInfo(os.Getenv("NATS_USER"), os.Getenv("NATS_PASS"))).Close()
	check("user and password", true)

	pair, err := nkeys.FromSeed([]byte(os.Getenv("NKEY_SEED")))
	must(err)
	public, err := pair.PublicKey()
	must(err)
	connect("NKEY_URL", nats.Nkey(public, pair.Sign)).Close()
	check("nkey", true)

	secure := connect("TLS_URL", nats.RootCAs(os.Getenv("CA_FILE")))
	must(secure.Flush())
	_, err = secure.TLSConnectionState()
	must(err)
	secure.Close()
	check("tls", true)

	known := connect("VERIFYING_URL", nats.RootCAs(os.Getenv("CA_FILE")),
		nats.ClientCert(os.Getenv("CERT_FILE"), os.Getenv("KEY_FILE")))
	must(known.Flush())
	known.Close()
	check("client certificate", true)
	_, err = nats.Connect(os.Getenv("VERIFYING_URL"), nats.RootCAs(os.Getenv("CA_FILE")))
	check("no client certificate", err != nil)

	limitedUser := connect("USER_URL", nats.UserInfo("limited", "p"), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	must(limitedUser.Publish("forbidden", nil))
	must(limitedUser.Flush())
	last := limitedUser.LastError()
	limitedUser.Close()
	check("permissions", last != nil && strings.Contains(strings.ToLower(last.Error()), "permissions violation"))
}
