import assert from 'node:assert/strict';
import { Ports } from '../../src/capture/ports.ts';
import type { CapturePort } from '../../src/capture/ports.ts';

/** Opens where there is nothing against it. */
class Port implements CapturePort {
  readonly name: string;
  isOpen = false;
  problem: string | undefined;
  bindProblem: string | undefined;
  sound = true;

  constructor(name: string) {
    this.name = name;
  }

  open(): string | undefined {
    this.isOpen = this.problem === undefined;
    return this.problem;
  }

  bind(): string | undefined {
    return this.bindProblem;
  }

  isSound(): boolean {
    return this.sound;
  }

  close(): void {
    this.isOpen = false;
  }
}

describe('Ports', () => {
  const { now } = Date;
  let time = 1000;
  let one: Port;
  let two: Port;
  let told: string[] = [];
  let ports: Ports<Port>;
  beforeEach(() => {
    Date.now = () => time;
    [one, two] = [new Port('one'), new Port('two')];
    told = [];
    ports = new Ports([one, two], (message) => told.push(message));
  });
  afterEach(() => {
    Date.now = now;
  });

  it('opens all or none', () => {
    two.problem = 'two: no such device';
    assert.equal(ports.open(), 'two: no such device');
    assert.ok(!one.isOpen);
    two.problem = undefined;
    assert.equal(ports.open(), undefined);
    assert.ok(one.isOpen && two.isOpen);
    two.bindProblem = 'two: not now';
    assert.equal(ports.bind(), 'two: not now');
    assert.equal(ports.named('two'), two);
    assert.equal(ports.named('three'), undefined);
  });

  it('tries one that went away after a while, until it is back', () => {
    ports.open();
    ports.lose(two, 'it went down');
    assert.deepEqual(told, ['two: it went down; waiting for it to come back']);
    assert.ok(one.isOpen && !two.isOpen);
    time += 499;
    assert.ok(!ports.retry());
    time += 1;
    two.problem = 'two: no such device';
    const problems: (string | undefined)[] = [];
    assert.ok(ports.retry((port, problem) => problems.push(`${port.name} ${String(problem)}`)));
    assert.ok(!ports.retry());
    time += 500;
    two.problem = undefined;
    two.sound = false;
    assert.ok(ports.retry());
    assert.ok(!two.isOpen, 'it opened, and is down');
    time += 500;
    two.sound = true;
    assert.ok(ports.retry((port, problem) => problems.push(`${port.name} ${String(problem)}`)));
    assert.ok(two.isOpen);
    assert.deepEqual(problems, ['two two: no such device', 'two undefined']);
    assert.deepEqual(told.slice(1), ['two: the interface is back']);
    assert.ok(!ports.retry());
  });
});
