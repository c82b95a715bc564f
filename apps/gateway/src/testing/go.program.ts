import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildGoProgram } from '@headroom/testing';

/** Burns CPU in one method, and serves its profiles on a free port of loopback, which it prints. */
const SOURCE = `package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"time"
)

type Register struct{ sum float64 }

//go:noinline
func (r *Register) Total(n int) {
	for i := 0; i < n; i++ {
		r.sum += float64(i%7) / 3
	}
}

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().String())
	go http.Serve(listener, nil)
	r := &Register{}
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); {
		r.Total(1000000)
		time.Sleep(2 * time.Millisecond)
	}
}
`;

/** A Go program that serves net/http/pprof. */
export class GoProgram {
  readonly dir: string;
  #child: ChildProcess | undefined;

  private constructor(dir: string) {
    this.dir = dir;
  }

  /** Builds it. @throws HeadroomError `HEADROOM_PROGRAM_MISSING` without a Go */
  static async build(): Promise<GoProgram> {
    const dir = realpathSync(mkdtempSync(join(tmpdir(), 'headroom-go-')));
    await buildGoProgram({ dir, files: { 'cmd/main.go': SOURCE }, package: './cmd' });
    return new GoProgram(dir);
  }

  /** Runs it; gives the address that it listens on, `127.0.0.1:41873`. */
  async start(address = '127.0.0.1:0'): Promise<string> {
    this.#child = spawn(join(this.dir, 'register'), [address], { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: this.#child.stdout! })) return line;
    throw new Error('the program ended before it listened');
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
