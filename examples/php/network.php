<?php

// The way to the network and back: RabbitMQ, AMQP 0-9-1, with php-amqplib.

declare(strict_types=1);

namespace Sesame\Partner;

use PhpAmqpLib\Channel\AMQPChannel;
use PhpAmqpLib\Connection\AbstractConnection;
use PhpAmqpLib\Connection\AMQPSSLConnection;
use PhpAmqpLib\Connection\AMQPStreamConnection;
use PhpAmqpLib\Exception\AMQPTimeoutException;
use PhpAmqpLib\Message\AMQPMessage;

const INBOX = 'sesame.inbox';
const AT_ONCE = 10;
const CONFIRM_SECONDS = 30;

/** A connection as the address says: amqp[s]://user:password@host[:port]/vhost */
function connection(string $url): AbstractConnection
{
    $parts = parse_url($url);
    $secure = $parts['scheme'] === 'amqps';
    $vhost = rawurldecode(ltrim($parts['path'] ?? '/', '/')) ?: '/';
    $login = [rawurldecode($parts['user'] ?? 'guest'), rawurldecode($parts['pass'] ?? 'guest'), $vhost];
    $place = [$parts['host'], $parts['port'] ?? ($secure ? 5671 : 5672)];
    return $secure
        ? new AMQPSSLConnection(...$place, ...$login, ssl_options: ['verify_peer' => true])
        : new AMQPStreamConnection(...$place, ...$login);
}

/**
 * One partner's place in the network. Its broker user may publish to the inbox under its own id and read its own
 * queue, nothing else: exchange and queue are there already and must not be declared.
 */
final class Network
{
    private ?string $fault = null;

    public function __construct(
        public readonly string $partner,
        private readonly AMQPChannel $publishing,
        private readonly AMQPChannel $reading,
    ) {
        $publishing->confirm_select();
        $publishing->set_nack_handler(fn () => $this->fault = 'the broker could not take it');
        $publishing->set_return_listener(fn ($code, $text, $exchange, $key) => $this->fault = "nobody reads $key");
    }

    /** Returns once the broker has the event safe. Publishing the same event again, with the same id, is safe too. */
    public function publish(array $event): void
    {
        $body = json_encode($event, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
        $message = new AMQPMessage($body, [
            'content_type' => CONTENT_TYPE,
            'message_id' => $event['id'],
            'delivery_mode' => AMQPMessage::DELIVERY_MODE_PERSISTENT,
        ]);
        $this->fault = null;
        $this->publishing->basic_publish($message, INBOX, "partner.{$this->partner}.{$event['type']}", true);
        $this->publishing->wait_for_pending_acks_returns(CONFIRM_SECONDS);
        if ($this->fault !== null) {
            throw new \RuntimeException($this->fault);
        }
    }

    /** Calls $take with each message of the partner's queue, which it has to ack, nack or reject. */
    public function read(callable $take): void
    {
        $this->reading->basic_qos(0, AT_ONCE, false);
        $this->reading->basic_consume("partner.{$this->partner}", '', false, false, false, false, $take);
    }

    /** Waits for messages, so long at most. */
    public function wait(float $seconds): void
    {
        try {
            $this->reading->wait(null, false, $seconds);
        } catch (AMQPTimeoutException) {
            return;
        }
    }
}
