from tests.support.flapping_mail import play
from tests.support.servers import Database, VirtualHost


async def test_a_thousand_answers_arrive_through_four_kills(database: Database, vhost: VirtualHost) -> None:
    await play(database, vhost, answers=1_000, kills=4)
