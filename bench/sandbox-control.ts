import type { FaultRule, NotificationAttempt, ReceivedCall, YamatoRequest } from '../src/sandbox/index.ts';
import { BenchError } from './part.ts';

/** The control endpoints of a sandbox in a process of its own. */
export class SandboxControl {
  readonly #url: string;

  constructor(controlUrl: string) {
    this.#url = controlUrl;
  }

  /** Every call as it arrived, refused ones too. */
  calls(): Promise<ReceivedCall[]> {
    return this.#ask('GET', 'calls') as Promise<ReceivedCall[]>;
  }

  async publishes(): Promise<ReceivedCall[]> {
    return (await this.calls()).filter(({ method }) => method === 'POST');
  }

  notifications(): Promise<NotificationAttempt[]> {
    return this.#ask('GET', 'notifications') as Promise<NotificationAttempt[]>;
  }

  /** Every request to Yamato's page as it arrived. */
  yamatoRequests(): Promise<YamatoRequest[]> {
    return this.#ask('GET', 'yamato') as Promise<YamatoRequest[]>;
  }

  async addFault(rule: Pick<FaultRule, 'kind'> & Partial<FaultRule>): Promise<void> {
    await this.#ask('POST', 'faults', rule);
  }

  async clearFaults(): Promise<void> {
    await this.#ask('DELETE', 'faults');
  }

  /** Ends all running jobs, stuck ones too, evenly over that time; resolves at its begin. */
  async finishJobs(spanMs: number): Promise<void> {
    await this.#ask('POST', 'jobs/finish', { spanMs });
  }

  async setLimits(callLimit: number, callWindowMs: number): Promise<void> {
    await this.#ask('POST', 'limits', { callLimit, callWindowMs });
  }

  async setWebhookUrl(url: string): Promise<void> {
    await this.#ask('PUT', 'webhook-url', { url });
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.#url}/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok)
      throw new BenchError('BENCH_ANSWER', `the sandbox answered ${answer.status} to ${method} ${path}`);
    return answer.status === 204 ? null : answer.json();
  }
}
