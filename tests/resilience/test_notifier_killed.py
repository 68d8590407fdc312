from tests.support.flapping_mail import play
from tests.support.servers import Database, VirtualHost


async def test_every_answer_arrives_and_a_double_has_the_same_message_id(
    database: Database, vhost: VirtualHost
) -> None:
    await play(database, vhost, answers=200, kills=2)
