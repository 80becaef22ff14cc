import type { FastifyReply, FastifyRequest } from 'fastify';

/** Never answers; the connection stays until the client gives up or the sandbox closes. */
export function hang(reply: FastifyReply): void {
  reply.hijack();
}

/** Breaks the connection with a TCP reset. */
export function reset(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  request.raw.socket.resetAndDestroy();
}

/** Announces the whole body, sends half of it and closes the connection. */
export function cutOff(reply: FastifyReply, contentType: string, text: string): void {
  reply.hijack();
  const body = Buffer.from(text);
  reply.raw.writeHead(200, { 'content-type': contentType, 'content-length': body.length });
  reply.raw.write(body.subarray(0, Math.floor(body.length / 2)), () => reply.raw.destroy());
}

export const BAD_GATEWAY_HTML =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n' +
  '<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';
