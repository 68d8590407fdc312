<?php

// php partner.php --url=amqps://lyon:password@broker.example.org/sesame [--answers=FILE]

declare(strict_types=1);

namespace Sesame\Partner;

use PhpAmqpLib\Message\AMQPMessage;

// Composer's loader, or the one of Debian's package php-amqplib.
require is_file(__DIR__ . '/vendor/autoload.php') ? __DIR__ . '/vendor/autoload.php' : 'PhpAmqpLib/autoload.php';
require __DIR__ . '/events.php';
require __DIR__ . '/network.php';
require __DIR__ . '/answering.php';

const AGAIN_SECONDS = 30;
const LOOK_SECONDS = 0.2;

final class EventHandler
{
    public float $lastActive;
    /** @var array<int, array{float, AMQPMessage}> when to hand it back, and what */
    private array $later = [];
    /** @var array<string, array> what was sent and has no receipt yet; keep it in your own database */
    private array $pending = [];
    /** @var array<string, float> when it was too much: when to send it again */
    private array $again = [];

    /** @var array<string, true> assignments of which the network knows who is on them */
    private array $taken = [];

    /**
     * $name: who of you is on what is not answered yet; $reader: what your own readers say to whatever they are asked
     * back. Empty: nobody says so.
     */
    public function __construct(
        private readonly Network $network,
        private readonly \Closure $answering,
        private readonly string $name = '',
        private readonly string $reader = '',
    ) {
        $this->lastActive = microtime(true);
    }

    /** Answers first, acknowledges afterwards: a crash in between makes the question come again. */
    public function take(AMQPMessage $message): void
    {
        try {
            $this->deal_with(read($message->getBody())) ? $message->ack() : $this->put_off($message);
        } catch (NotReadable $error) {
            say('set aside: ' . $error->getMessage());
            $message->reject(false);
        }
        $this->lastActive = microtime(true);
    }

    public function hand_back_what_is_due(): void
    {
        foreach ($this->later as $number => [$at, $message]) {
            if ($at <= microtime(true)) {
                unset($this->later[$number]);
                $message->nack(true);
            }
        }
    }

    /** Under the same id, so that it counts once, whatever arrived before. */
    public function send_what_is_due(): void
    {
        foreach ($this->again as $id => $at) {
            if ($at <= microtime(true)) {
                unset($this->again[$id]);
                $this->network->publish($this->pending[$id]);
            }
        }
    }

    public function send(array $event): void
    {
        $this->pending[$event['id']] = $event;
        $this->network->publish($event);
    }

    /** False: not now. */
    private function deal_with(array $event): bool
    {
        $data = $event['data'];
        switch ($event['type']) {
            case 'question.assigned.v1':
            case 'asker.replied.v1':
                return $this->reply($event);
            case 'answer.delivered.v1':
                say("for our reader of question {$event['subject']}: {$data['kind']}: {$data['text']}");
                return true;
            case 'clarification.delivered.v1':
                say("ask our reader of question {$event['subject']}: {$data['text']}");
                if ($this->reader !== '') {
                    $this->send(reader_replies($event, $this->network->partner, $this->reader));
                }
                return true;
            case 'assignment.ended.v1':
                say("question {$event['subject']} is no longer ours: {$data['reason']}");
                return true;
            case 'submission.accepted.v1':
                say("accepted: {$data['original_type']} {$data['original_id']}");
                unset($this->pending[$data['original_id']]);
                return true;
            case 'submission.refused.v1':
                $this->refused($data['original_id'] ?? '?', $data);
                return true;
            default:
                say("event of a later version ignored: {$event['type']}");
                return true;
        }
    }

    private function reply(array $event): bool
    {
        $data = $event['data'];
        $said = $event['type'] === 'asker.replied.v1' ? $data['text'] : null;
        $reply = ($this->answering)($said === null ? $data : ['text' => $data['question_text'], 'said' => $said] + $data);
        if ($reply === null && $said !== null) {
            say("question {$event['subject']}: its asker wrote: $said");
            return true;
        }
        if ($reply === null) {
            $this->say_who_is_on_it($event);
            say("question {$event['subject']} stays, due {$event['data']['due_at']}");
            return new \DateTimeImmutable($event['data']['due_at']) < new \DateTimeImmutable();
        }
        $this->send(reply_to($event, $this->network->partner, $reply));
        say((isset($reply['decline']) ? 'decline' : 'answer') . " sent for question {$event['subject']}");
        return true;
    }

    /** What was too much for now goes out again in its time; anything else is for a person to mend. */
    private function refused(string $id, array $data): void
    {
        if (isset($this->pending[$id], $data['retry_after_seconds'])) {
            $this->again[$id] = microtime(true) + $data['retry_after_seconds'];
            say("again in {$data['retry_after_seconds']} s: $id: {$data['reason']}");
            return;
        }
        unset($this->pending[$id]);
        say("refused: $id: {$data['reason']}");
    }

    private function say_who_is_on_it(array $event): void
    {
        $assignment = $event['data']['assignment_id'];
        if ($this->name !== '' && !isset($this->taken[$assignment])) {
            $this->send(take($event, $this->network->partner, $this->name));
            $this->taken[$assignment] = true;
        }
    }

    private function put_off(AMQPMessage $message): void
    {
        $this->later[] = [microtime(true) + AGAIN_SECONDS, $message];
    }
}

function say(string $line): void
{
    fwrite(STDERR, date('c') . " $line\n");
}

/** The same for the same question, so that asking again by mistake asks once. */
function id_of(array $question): string
{
    return $question['reference'] ?? substr(hash('sha256', $question['text']), 0, 32);
}

function main(array $options): int
{
    $told = false;
    pcntl_async_signals(true);
    foreach ([SIGTERM, SIGINT] as $signal) {
        pcntl_signal($signal, function () use (&$told): void { $told = true; });
    }
    $url = $options['url'] ?? getenv('SESAME_PARTNER_URL');
    if (!$url) {
        say('no broker: give --url=amqps://… or set SESAME_PARTNER_URL');
        return 2;
    }
    $partner = $options['partner'] ?? rawurldecode(parse_url($url, PHP_URL_USER));
    $answering = isset($options['answers']) ? from_file($options['answers']) : by_yourself(...);
    if (isset($options['decline-every'])) {
        $answering = declining_every((int) $options['decline-every'], $answering);
    }
    $connection = connection($url);
    $network = new Network($partner, $connection->channel(), $connection->channel());
    $handler = new EventHandler($network, $answering(...), $options['take'] ?? '', $options['reader-says'] ?? '');
    foreach (isset($options['ask']) ? json_decode(file_get_contents($options['ask']), true) : [] as $question) {
        $handler->send(ask($partner, id_of($question), $question));
        say('asked: ' . id_of($question));
    }
    $network->read($handler->take(...));
    say("reading partner.$partner");
    $idle = (float) ($options['idle'] ?? INF);
    while (!$told && microtime(true) - $handler->lastActive < $idle) {
        $network->wait(LOOK_SECONDS);
        $handler->hand_back_what_is_due();
        $handler->send_what_is_due();
    }
    $connection->close();
    return 0;
}

exit(main(getopt('', ['url:', 'partner:', 'answers:', 'decline-every:', 'take:', 'reader-says:', 'ask:', 'idle:'])));
