// The way to the network and back: RabbitMQ, AMQP 0-9-1, with amqplib.

import { connect } from "amqplib";
import { CONTENT_TYPE } from "./events.js";

const INBOX = "sesame.inbox";
const AT_ONCE = 10;

/**
 * One partner's place in the network. Its broker user may publish to the inbox under its own id and read its own
 * queue, nothing else: exchange and queue are there already and must not be declared.
 */
export class Network {
  static async connected(url, partner) {
    const connection = await connect(url);
    const publishing = await connection.createConfirmChannel();
    return new Network(partner, connection, publishing, await connection.createChannel());
  }

  constructor(partner, connection, publishing, reading) {
    this.partner = partner;
    this.connection = connection;
    this.publishing = publishing;
    this.reading = reading;
    this.returned = new Set();
    publishing.on("return", (message) => this.returned.add(message.properties.messageId));
    // `lost` ends with an error when the broker goes away or refuses, for a channel that it has refused once it may
    // refuse for good: let whatever runs this program start it again.
    this.lost = new Promise((_, reject) => {
      this.lose = reject;
      for (const source of [connection, publishing, reading]) source.on("error", reject);
      connection.on("close", () => reject(new Error("the broker closed the connection")));
    });
    this.lost.catch(() => {});
  }

  /** Resolves once the broker has the event safe. Publishing the same event again, with the same id, is safe too. */
  publish(event) {
    const options = { contentType: CONTENT_TYPE, messageId: event.id, persistent: true, mandatory: true };
    const key = `partner.${this.partner}.${event.type}`;
    const confirmed = new Promise((resolve, reject) => {
      this.publishing.publish(INBOX, key, Buffer.from(JSON.stringify(event)), options, (error) => {
        if (error) this.lose(error);
        else if (this.returned.delete(event.id)) reject(new Error(`nobody reads ${key}`));
        else resolve();
      });
    });
    return Promise.race([confirmed, this.lost]);
  }

  /** Hands over whatever is in the partner's queue. `take` says what becomes of it: "ack", "again" or "reject". */
  async read(take) {
    await this.reading.prefetch(AT_ONCE);
    await this.reading.consume(`partner.${this.partner}`, async (message) => {
      if (message === null) return;
      const verdict = await take(message.content);
      if (verdict === "ack") this.reading.ack(message);
      else this.reading.nack(message, false, verdict === "again");
    });
  }

  async close() {
    this.connection.removeAllListeners("close");
    await this.connection.close();
  }
}
