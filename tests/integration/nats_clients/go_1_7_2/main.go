// Uses the server as XGVela applications with go-nats 1.7.2 do, and prints one line for each check that passed.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/nats-io/go-nats"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func check(name string, holds bool) {
	if !holds {
		fmt.Println("FAILED", name)
		os.Exit(1)
	}
	fmt.Println("ok", name)
}

func main() {
	nc, err := nats.Connect(os.Getenv("PLAIN_URL"), nats.Name("NATS TRL Publisher"))
	must(err)
	defer nc.Close()
	check("connect", nc.IsConnected() && nc.MaxPayload() == 1048576)

	sub, err := nc.SubscribeSync("LOG")
	must(err)
	for i := 0; i < 200; i++ {
		must(nc.Publish("LOG", []byte("a log line")))
		must(nc.Flush())
	}
	for i := 0; i < 200; i++ {
		message, err := sub.NextMsg(5 * time.Second)
		must(err)
		if string(message.Data) != "a log line" {
			panic("another line")
		}
	}
	check("publish and flush each line", true)

	_, err = nc.Subscribe("service", func(m *nats.Msg) { must(nc.Publish(m.Reply, m.Data)) })
	must(err)
	answer, err := nc.Request("service", []byte("x"), 5*time.Second)
	must(err)
	check("request and reply", string(answer.Data) == "x")

	_, err = nc.Request("nobody", nil, 100*time.Millisecond)
	check("a request to nobody times out", err == nats.ErrTimeout)

	queue, err := nc.QueueSubscribeSync("work", "group")
	must(err)
	must(nc.Publish("work", nil))
	_, err = queue.NextMsg(5 * time.Second)
	must(err)
	check("queue group", true)

	check("maximum payload", nc.Publish("LOG", make([]byte, 1048577)) == nats.ErrMaxPayload)

	must(sub.Unsubscribe())
	must(nc.Publish("LOG", nil))
	must(nc.Flush())
	check("unsubscribe", true)

	other, err := nats.Connect(os.Getenv("TOKEN_URL"), nats.Token(os.Getenv("TOKEN")))
	must(err)
	other.Close()
	check("token", true)

	other, err = nats.Connect(os.Getenv("USER_URL"), nats.UserInfo(os.Getenv("NATS_USER"), os.Getenv("NATS_PASS")))
	must(err)
	other.Close()
	check("user and password", true)

	must(nc.Drain())
	check("drain", true)
}
