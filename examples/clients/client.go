// Reports to `spex record --listen PATH`.   go run client.go PATH ID
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"sync"
)

type Record struct {
	Op     string `json:"op"`
	Spec   string `json:"spec,omitempty"`
	ID     string `json:"id,omitempty"`
	Action string `json:"action,omitempty"`
	State  string `json:"state,omitempty"`
	Meta   any    `json:"meta,omitempty"`
}

type Reply struct {
	OK      bool   `json:"ok"`
	Verdict string `json:"verdict,omitempty"`
	Error   string `json:"error,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// Spex is one connection, for any number of goroutines.
type Spex struct {
	mutex sync.Mutex
	conn  net.Conn
	lines *bufio.Reader
}

func Dial(path string) (*Spex, error) {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return nil, err
	}
	spex := &Spex{conn: conn, lines: bufio.NewReader(conn)}
	return spex, json.NewEncoder(conn).Encode(Record{Op: "replies"})
}

// Report answers once the record is durable, or says why it was refused.
func (spex *Spex) Report(record Record) (reply Reply, err error) {
	spex.mutex.Lock()
	defer spex.mutex.Unlock()
	if err = json.NewEncoder(spex.conn).Encode(record); err != nil {
		return
	}
	line, err := spex.lines.ReadBytes('\n')
	if err != nil {
		return
	}
	if err = json.Unmarshal(line, &reply); err == nil && !reply.OK {
		err = fmt.Errorf("%s (%s)", reply.Error, reply.Reason)
	}
	return
}

func main() {
	spex, err := Dial(os.Args[1])
	for _, record := range []Record{
		{Op: "init", Spec: "Parcel", ID: os.Args[2], Meta: map[string]string{"by": "go"}},
		{Op: "transition", ID: os.Args[2], Action: "hand over", State: "on the road"},
	} {
		var reply Reply
		if err == nil {
			reply, err = spex.Report(record)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		json.NewEncoder(os.Stdout).Encode(reply)
	}
}
