// MetricsServer: `GET /metrics` for Prometheus and its like, on an address of this machine unless told otherwise.

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { CONTENT_TYPE, exposition } from './exposition.ts';
import type { Metric } from './exposition.ts';

export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
}

/** Clients at a time: who asks for metrics are few. */
const MOST_CLIENTS = 16;
/** Milliseconds that a request may take to come. */
const PATIENCE = 5000;

export class MetricsServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.server = server;
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  /** @returns the server, or the reason why there is none */
  static open({ host, port }: MetricsAddress, collect: () => readonly Metric[]): Promise<MetricsServer | string> {
    const server = createServer((request, response) => {
      answer(request, response, collect);
    });
    server.maxConnections = MOST_CLIENTS;
    server.requestTimeout = server.headersTimeout = PATIENCE;
    // a client that keeps its connection would keep the engine from long waits
    server.keepAliveTimeout = 1;
    const opened = new MetricsServer(server);
    return new Promise((resolve) => {
      server.once('error', ({ message }) => {
        resolve(message);
      });
      server.listen(port, host, () => {
        resolve(opened);
      });
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Somebody is connected: answers should not wait for packets. */
  get isInUse(): boolean {
    return this.sockets.size > 0;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }
}

function answer(request: IncomingMessage, response: ServerResponse, collect: () => readonly Metric[]): void {
  const { method, url } = request;
  const path = url?.split('?')[0];
  response.setHeader('Connection', 'close');
  if (path !== '/metrics') {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('metrics are at /metrics\n');
    return;
  }
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': CONTENT_TYPE, 'Cache-Control': 'no-store' });
  response.end(method === 'HEAD' ? undefined : exposition(collect()));
}
