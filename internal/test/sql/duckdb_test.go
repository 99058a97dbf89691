package sql

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/filter"
)

// duckdbAt contains DuckDB's package for Node.js and the script that runs statements: the drivers for Go need
// cgo.
var duckdbAt = filepath.Join("..", "..", "..", ".ci", "databases")

func duckdb(t testing.TB) database {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node, which runs DuckDB")
	}
	if _, err := os.Stat(filepath.Join(duckdbAt, "node_modules", "@duckdb")); err != nil {
		t.Skip("no DuckDB: run npm ci in .ci/databases")
	}
	db := sql.OpenDB(connector{node})
	db.SetMaxOpenConns(1) // each connection is a separate database
	t.Cleanup(func() { _ = db.Close() })
	return database{filter.DuckDB, db}
}

func TestDuckDB(t *testing.T) { hold(t, duckdb, 4) }

// connector is a driver of database/sql whose connections are processes of Node.js.
type connector struct{ node string }

func (c connector) Driver() driver.Driver { return c }

func (c connector) Open(string) (driver.Conn, error) { return c.Connect(context.Background()) }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	cmd := exec.Command(c.node, "duckdb.mjs")
	cmd.Dir, cmd.Stderr = duckdbAt, os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &connection{cmd, in, bufio.NewReader(out)}, cmd.Start()
}

type connection struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (c *connection) Close() error { return errors.Join(c.in.Close(), c.cmd.Wait()) }

func (c *connection) Prepare(string) (driver.Stmt, error) { return nil, errors.ErrUnsupported }

// Begin does nothing, since there are no concurrent users.
func (c *connection) Begin() (driver.Tx, error) { return noTransaction{}, nil }

type noTransaction struct{}

func (noTransaction) Commit() error   { return nil }
func (noTransaction) Rollback() error { return nil }

func (c *connection) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	_, err := c.QueryContext(ctx, query, args)
	return driver.ResultNoRows, err
}

func (c *connection) QueryContext(_ context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	params := make([]any, len(args))
	for i, a := range args {
		params[i] = a.Value
	}
	text, err := json.Marshal(map[string]any{"sql": query, "params": params})
	if err != nil {
		return nil, err
	}
	if _, err := c.in.Write(append(text, '\n')); err != nil {
		return nil, err
	}
	line, err := c.out.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	var answer struct {
		Columns []string
		Rows    [][]any
		Error   string
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return nil, err
	}
	if answer.Error != "" {
		return nil, errors.New(answer.Error)
	}
	return &resultRows{answer.Columns, answer.Rows}, nil
}

type resultRows struct {
	columns []string
	rows    [][]any
}

func (r *resultRows) Columns() []string { return r.columns }
func (r *resultRows) Close() error      { return nil }

func (r *resultRows) Next(into []driver.Value) error {
	if len(r.rows) == 0 {
		return io.EOF
	}
	for i, v := range r.rows[0] {
		into[i] = v
	}
	r.rows = r.rows[1:]
	return nil
}
