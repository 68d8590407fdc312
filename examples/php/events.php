<?php

// The events of the contract that a partner needs. CloudEvents 1.0, structured mode.

declare(strict_types=1);

namespace Sesame\Partner;

const CONTENT_TYPE = 'application/cloudevents+json';

/** The network promises never to send this; say so to its operators. */
final class NotReadable extends \RuntimeException
{
}

/**
 * Fields that are not known here are ignored: a later version of the contract may add some.
 *
 * @return array{type: string, id: string, subject?: string, data: array<string, mixed>}
 */
function read(string $body): array
{
    try {
        $event = json_decode($body, true, 64, JSON_THROW_ON_ERROR);
    } catch (\JsonException $error) {
        throw new NotReadable('not JSON: ' . $error->getMessage());
    }
    if (!is_array($event) || !isset($event['type'], $event['id'], $event['data'])) {
        throw new NotReadable('not a CloudEvent: type, id and data are needed');
    }
    return $event;
}

/**
 * $told: what is assigned to you, or what its asker wrote since. $reply: ['text' => …, 'sources' => …, 'effort' => …]
 * answers it, or adds to your answer; ['ask_back' => …] asks the asker first; ['decline' => true, 'reason' => …] says no.
 * The id is made from what it replies to: sent twice, after a crash, it still counts once.
 */
function reply_to(array $told, string $partner, array $reply): array
{
    [$type, $data] = match (true) {
        isset($reply['ask_back']) => ['clarification.submitted.v1', ['text' => $reply['ask_back']]],
        isset($reply['decline']) => ['decline.submitted.v1', array_diff_key($reply, ['decline' => 1])],
        $told['data']['after_answer'] ?? false => ['addition.submitted.v1', array_diff_key($reply, ['effort' => 1])],
        default => ['answer.submitted.v1', $reply],
    };
    $id = ($told['data']['follow_up_id'] ?? $told['data']['assignment_id']) . '-reply';
    return event($type, $id, $partner, $data) + ['subject' => $told['subject']];
}

/** Says who is on it: from now you have the time that an answer needs. */
function take(array $assigned, string $partner, string $by): array
{
    $id = $assigned['data']['assignment_id'] . '-take';
    return event('take.submitted.v1', $id, $partner, ['by' => $by]) + ['subject' => $assigned['subject']];
}

/** What your own reader says to what the library that has their question asked back. */
function reader_replies(array $asked, string $partner, string $text): array
{
    $id = $asked['data']['clarification_id'] . '-reply';
    return event('follow_up.submitted.v1', $id, $partner, ['text' => $text]) + ['subject' => $asked['subject']];
}

/** A question for the network. $data has at least 'text'; see QuestionSubmitted in the contract. */
function ask(string $partner, string $id, array $data): array
{
    return event('question.submitted.v1', $id, $partner, $data);
}

function event(string $type, string $id, string $partner, array $data): array
{
    return [
        'specversion' => '1.0',
        'id' => $id,
        'source' => "/partners/$partner",
        'type' => $type,
        'datacontenttype' => 'application/json',
        'data' => array_filter($data, fn ($value) => $value !== null),
    ];
}
