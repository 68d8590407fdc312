<?php

// Where your own knowledge comes in: a function from a question to a reply, or null (not now).
//
// $question: ['text' => …, 'private_note' => …, 'language' => …, 'subject' => …, 'due_at' => …]
//            What the asker wrote since is in 'said': a reply to what you asked or, 'after_answer', more.
// reply:     ['text' => …, 'sources' => […], 'effort' => …], ['ask_back' => 'to the asker'] or
//            ['decline' => true, 'reason' => …]

declare(strict_types=1);

namespace Sesame\Partner;

/** Fill in: ask your catalogue, put the question before a colleague, write to your help desk. */
function by_yourself(array $question): ?array
{
    return null;
}

/**
 * Answers from a JSON list of {text, sources?, effort?, and what it fits: question?, subject?, language?}. The one that
 * fits best is taken; of equals, each in turn. With ask_back the asker is asked that first; more answers what they write
 * after the answer.
 */
function from_file(string $path): callable
{
    $stock = json_decode(file_get_contents($path), true, 64, JSON_THROW_ON_ERROR);
    $turn = 0;
    return function (array $question) use ($stock, &$turn): ?array {
        $fits = array_map(fn (array $entry): int => fit($entry, $question), $stock);
        $best = max([0, ...$fits]);
        $fitting = array_values(array_filter($stock, fn (int $i): bool => $fits[$i] === $best, ARRAY_FILTER_USE_KEY));
        $said = $question['said'] ?? null;
        if ($fitting === []) {
            return $said ? null : ['decline' => true, 'reason' => 'Nothing in stock fits this question.'];
        }
        $chosen = $fitting[$turn++ % count($fitting)];
        if ($question['after_answer'] ?? false) {
            return isset($chosen['more']) ? ['text' => $chosen['more']] : null;
        }
        if (($said === null) === isset($chosen['ask_back'])) {
            return $said === null ? ['ask_back' => $chosen['ask_back']] : null; // its answer is on the way already
        }
        return array_intersect_key($chosen, ['text' => 1, 'sources' => 1, 'effort' => 1]);
    };
}

/** Says no to every $count-th question, as a busy library does. */
function declining_every(int $count, callable $answering): callable
{
    $turn = 0;
    return function (array $question) use ($count, $answering, &$turn): ?array {
        return ++$turn % $count === 0
            ? ['decline' => true, 'reason' => 'Nobody of us is free for this one.']
            : $answering($question);
    };
}

/** -1: does not fit. The question itself weighs most, then its language, then its subject. */
function fit(array $entry, array $question): int
{
    $sum = 0;
    foreach (['question' => ['text', 4], 'language' => ['language', 2], 'subject' => ['subject', 1]] as $name => [$of, $weight]) {
        if (!isset($entry[$name])) {
            continue;
        }
        if ($entry[$name] !== ($question[$of] ?? null)) {
            return -1;
        }
        $sum += $weight;
    }
    return $sum;
}
