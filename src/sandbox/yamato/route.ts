import type { FastifyInstance } from 'fastify';
import { assertNever } from '../../errors.ts';
import { hang, reset } from '../broken-answers.ts';
import type { SandboxContext } from '../context.ts';
import { startOfDay } from '../japan-time.ts';
import type { Parcel } from '../parcels/parcel.ts';
import { CAPTCHA_PAGE, MAINTENANCE_PAGE } from './other-pages.ts';
import { yamatoPageParcel } from './page-parcel.ts';
import { SLOTS, trackingPage } from './page.ts';
import { toShiftJis } from './shift-jis.ts';

const HTML_TYPE = 'text/html; charset=utf-8';

function numbersOf(fields: Record<string, unknown>): string[] {
  const numbers: string[] = [];
  for (let slot = 1; slot <= SLOTS; slot++) {
    const value = fields[`number${String(slot).padStart(2, '0')}`];
    const text = typeof value === 'string' ? value.trim() : '';
    if (text !== '') numbers.push(text);
  }
  return numbers;
}

/** Yamato's tracking page, `POST /cgi-bin/tneko` with `number01` … `number10`; `number00=1`: with details. */
export function yamatoRoute(
  app: FastifyInstance,
  { faults, options, timers, yamatoLog }: SandboxContext,
): void {
  app.post('/cgi-bin/tneko', async (request, reply) => {
    const atMs = options.clock.nowMs();
    const fields = (request.body ?? {}) as Record<string, unknown>;
    const numbers = numbersOf(fields);
    const digits = numbers.map((number) => number.replaceAll(/\D/g, ''));
    const fault = faults.first('yamato', digits);
    const userAgent = request.headers['user-agent'] ?? null;
    const tls = 'encrypted' in request.raw.socket;
    const entry = yamatoLog.add({ at: atMs, numbers, tls, userAgent, status: null, fault });
    reply.raw.once('finish', () => {
      entry.status = reply.raw.statusCode;
    });
    const dayStartMs = startOfDay(options.datesFrom?.getTime() ?? atMs);
    const parcels = digits.map((number, index): Parcel => ({
      ...yamatoPageParcel(number, faults.take('data', [number]), dayStartMs),
      number: numbers[index] ?? number,
    }));
    const pageOf = (shown: readonly Parcel[], charset?: string): string =>
      trackingPage(shown, fields['number00'] === '1', charset);
    reply.type(HTML_TYPE);
    switch (fault) {
      case 'yamato-captcha':
        return reply.send(CAPTCHA_PAGE);
      case 'yamato-maintenance':
        return reply.send(MAINTENANCE_PAGE);
      case 'yamato-500':
        return reply.code(500).send('<html><body><h1>Internal Server Error</h1></body></html>');
      case 'yamato-fewer-boxes':
        return reply.send(pageOf(parcels.slice(0, Math.floor(parcels.length / 2))));
      case 'yamato-changed-markup':
        return reply.send(pageOf(parcels).replaceAll('tracking-', 'trace-'));
      case 'yamato-shift-jis':
        return reply.type('text/html; charset=Shift_JIS').send(toShiftJis(pageOf(parcels, 'Shift_JIS')));
      case 'yamato-truncated': {
        const page = pageOf(parcels);
        return reply.send(page.slice(0, page.lastIndexOf('<li>')));
      }
      case 'yamato-timeout':
        hang(reply);
        return reply;
      case 'yamato-reset':
        reset(request, reply);
        return reply;
      case 'yamato-slow':
        await timers.wait(options.slowAnswerMs);
        return reply.send(pageOf(parcels));
      case null:
        return reply.send(pageOf(parcels));
      default:
        return assertNever(fault);
    }
  });
}
