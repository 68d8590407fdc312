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
 * $reply: ['text' => …, 'sources' => …, 'effort' => …] answers, ['decline' => true, 'reason' => …] says no.
 * The id is made from the assignment: sent twice, after a crash, it still counts once.
 */
function reply_to(array $assigned, string $partner, array $reply): array
{
    $type = isset($reply['decline']) ? 'decline.submitted.v1' : 'answer.submitted.v1';
    unset($reply['decline']);
    $id = $assigned['data']['assignment_id'] . '-reply';
    return event($type, $id, $partner, $reply) + ['subject' => $assigned['subject']];
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
